import type { Plan } from '@legend-fl/method';
import { gatherDevices, neededDevices, planFor } from './gather-devices.ts';
import { pauseFor } from './hold.ts';
import type { PhaseWork } from './phase-work.ts';
import type { RunSettings } from './run-settings.ts';
import { LONG_MS, type WaitingPolls } from './waiting-polls.ts';

/** What a run remembers of gathering devices from round to round. */
export interface Gathering {
  /** Woken when devices come, go or change. */
  readonly changes: WaitingPolls;
  /** Since when enough devices are there; undefined while they are not. */
  enoughSince: number | undefined;
  /** Whether the operator has paused the run. */
  readonly isPaused: () => boolean;
  /** What the run waits for, for people; empty when it does not. */
  readonly say: (waitsFor: string) => void;
}

/** Waits until enough devices are there and the strategy finds a plan for them, and reports that plan. */
export async function planNextRound(work: PhaseWork, gathering: Gathering): Promise<void> {
  const { run, settings, environment, progress, signal } = work;
  const { presence, devicesOf, now } = environment;
  const resources = await work.resources();
  const tensors = await work.tensors();
  await pauseAfterUndone(work, gathering);
  for (let lastTry = ''; ; ) {
    signal.throwIfAborted();
    if (gathering.isPaused()) {
      gathering.say('is paused; the next round begins once it is resumed');
      lastTry = '';
      await gathering.changes.wait(LONG_MS, signal);
      continue;
    }
    const { state } = progress;
    const gathered = gatherDevices(devicesOf(run), presence, state, settings);
    const { ready } = gathered;
    const restMs = gatherMs(ready.length, settings, now(), gathering);
    // What found no plan before finds none now.
    const thisTry = restMs > 0 ? lastTry : JSON.stringify(gathered);
    if (thisTry === lastTry) {
      await gathering.changes.wait(restMs || LONG_MS, signal);
      continue;
    }
    lastTry = thisTry;
    let plan: Plan;
    try {
      plan = planFor(gathered, resources, state, tensors);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      gathering.say(`finds no plan for the devices that are ready (${ready.length}). ${reason}`);
      continue;
    }
    gathering.say('');
    return work.report({ type: 'planned', plan });
  }
}

/** Attempts that may end with a result not to keep, and no device that stands out, before the run slows down. */
const UNDONE_AT_ONCE = 3;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3600_000;

/** A run that comes out worse again and again, whoever takes part, waits ever longer for its operator to look at it. */
async function pauseAfterUndone(
  { progress: { state }, signal }: PhaseWork,
  gathering: Gathering,
): Promise<void> {
  const { undone, round } = state;
  if (undone <= UNDONE_AT_ONCE) return;
  const restMs = Math.min(FIRST_PAUSE_MS * 2 ** (undone - UNDONE_AT_ONCE - 1), LONGEST_PAUSE_MS);
  gathering.say(
    `waits ${restMs / 60_000} minutes: round ${round} gave ${undone} times a result not to keep, whoever took part. ` +
      'The adapter is that of the round before. A lower learning rate may help: stop this run and begin another.',
  );
  await pauseFor(restMs, signal);
}

/** Milliseconds to wait for devices; zero when a round can be planned. */
function gatherMs(ready: number, settings: RunSettings, now: number, gathering: Gathering): number {
  const needed = neededDevices(settings);
  if (ready < needed) {
    gathering.enoughSince = undefined;
    gathering.say(`waits for devices: ${ready} of at least ${needed} are ready${explainNeed(settings)}`);
    return LONG_MS;
  }
  gathering.enoughSince ??= now;
  const restMs = gathering.enoughSince + 1000 * settings.gatherSeconds - now;
  if (restMs > 0) gathering.say('waits a moment for further devices');
  return Math.max(0, Math.min(restMs, LONG_MS));
}

/** Where it is the cohort that asks for so many, people may wonder why. */
function explainNeed({ minimumCohort, minimumDevices, minimumUpdates }: RunSettings): string {
  if (minimumCohort <= Math.max(minimumDevices, minimumUpdates)) return '';
  return ' (minimumCohort: with fewer, one device could infer what another sent)';
}
