import type { Plan } from '@legend/method';
import { listReady, neededDevices, planFor } from './gather-devices.ts';
import type { PhaseWork } from './phase-work.ts';
import { LONG_MS, type WaitingPolls } from './waiting-polls.ts';

/** What a run remembers of gathering devices from round to round. */
export interface Gathering {
  /** Woken when devices come, go or change. */
  readonly changes: WaitingPolls;
  /** Since when enough devices are there; undefined while they are not. */
  enoughSince: number | undefined;
  /** What the run waits for, for people; empty when it does not. */
  readonly say: (waitsFor: string) => void;
}

/** Waits until enough devices are there and the strategy finds a plan for them, and reports that plan. */
export async function planNextRound(work: PhaseWork, gathering: Gathering): Promise<void> {
  const { run, settings, environment, progress, signal } = work;
  const { presence, devicesOf, now } = environment;
  const resources = await work.resources();
  const tensors = await work.tensors();
  for (let lastTry = ''; ; ) {
    signal.throwIfAborted();
    const { state } = progress;
    const ready = listReady(devicesOf(run), presence, state);
    const restMs = gatherMs(ready.length, neededDevices(settings), settings.gatherSeconds, now(), gathering);
    // What found no plan before finds none now.
    const thisTry = restMs > 0 ? lastTry : JSON.stringify(ready);
    if (thisTry === lastTry) {
      await gathering.changes.wait(restMs || LONG_MS, signal);
      continue;
    }
    lastTry = thisTry;
    let plan: Plan;
    try {
      plan = planFor(ready, resources, state, tensors);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      gathering.say(`finds no plan for the devices that are ready (${ready.length}). ${reason}`);
      continue;
    }
    gathering.say('');
    return work.report({ type: 'planned', plan });
  }
}

/** Milliseconds to wait for devices; zero when a round can be planned. */
function gatherMs(
  ready: number,
  needed: number,
  gatherSeconds: number,
  now: number,
  gathering: Gathering,
): number {
  if (ready < needed) {
    gathering.enoughSince = undefined;
    gathering.say(`waits for devices: ${ready} of at least ${needed} are ready`);
    return LONG_MS;
  }
  gathering.enoughSince ??= now;
  const restMs = gathering.enoughSince + 1000 * gatherSeconds - now;
  if (restMs > 0) gathering.say('waits a moment for further devices');
  return Math.max(0, Math.min(restMs, LONG_MS));
}
