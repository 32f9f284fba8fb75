import { sleep } from '@legend-fl/base';
import type { Plan } from '@legend-fl/method';
import { LONG_MS } from '../pacing/waiting-polls.ts';
import type { RunSettings } from '../settings/run-settings.ts';
import { gatherDevices, neededDevices, planFor } from './gather-devices.ts';
import type { PhaseResult, PhaseWork, RunMemory } from './phase-work.ts';

/** Waits until enough devices are there and the strategy finds a plan for them. */
export async function planNextRound(work: PhaseWork): Promise<PhaseResult> {
  const { run, settings, context, progress, memory, deviceChanges, signal } = work;
  const { presence, registry, now } = context;
  const resources = await work.resources();
  const tensors = await work.tensors();
  await pauseAfterUndone(work);
  for (let lastTry = ''; ; ) {
    signal.throwIfAborted();
    if (work.isPaused()) {
      work.waitFor('is paused; the next round begins once it is resumed');
      lastTry = '';
      await deviceChanges.wait(LONG_MS, signal);
      continue;
    }
    const { state } = progress;
    const gathered = gatherDevices(registry.ofRun(run), presence, state, settings);
    const { ready } = gathered;
    const { restMs, waitsFor } = gather(ready.length, settings, now(), memory);
    if (waitsFor !== '') work.waitFor(waitsFor);
    // What found no plan before finds none now.
    const thisTry = restMs > 0 ? lastTry : JSON.stringify(gathered);
    if (thisTry === lastTry) {
      await deviceChanges.wait(restMs || LONG_MS, signal);
      continue;
    }
    lastTry = thisTry;
    let plan: Plan;
    try {
      plan = planFor(gathered, resources, state, tensors);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      work.waitFor(`finds no plan for the devices that are ready (${ready.length}). ${reason}`);
      continue;
    }
    work.waitFor('');
    return { event: { type: 'planned', plan } };
  }
}

/** Attempts that may end with a result not to keep, and no device that stands out, before the run slows down. */
const UNDONE_AT_ONCE = 3;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3600_000;

/** A run that comes out worse again and again, whoever takes part, waits ever longer for its operator to look at it. */
async function pauseAfterUndone({ progress, waitFor, signal }: PhaseWork): Promise<void> {
  const { undone, round } = progress.state;
  if (undone <= UNDONE_AT_ONCE) return;
  const restMs = Math.min(FIRST_PAUSE_MS * 2 ** (undone - UNDONE_AT_ONCE - 1), LONGEST_PAUSE_MS);
  waitFor(
    `waits ${restMs / 60_000} minutes: round ${round} gave ${undone} times a result not to keep, whoever took part. ` +
      'The adapter is that of the round before. A lower learning rate may help: stop this run and begin another.',
  );
  await sleep(restMs, signal);
}

interface Wait {
  /** Milliseconds; zero when a round can be planned. */
  readonly restMs: number;
  readonly waitsFor: string;
}

/** How long to wait for devices. */
function gather(ready: number, settings: RunSettings, now: number, memory: RunMemory): Wait {
  const needed = neededDevices(settings);
  if (ready < needed) {
    memory.enoughSince = undefined;
    const waitsFor = `waits for devices: ${ready} of at least ${needed} are ready${explainNeed(settings)}`;
    return { restMs: LONG_MS, waitsFor };
  }
  memory.enoughSince ??= now;
  const restMs = memory.enoughSince + 1000 * settings.gatherSeconds - now;
  if (restMs <= 0) return { restMs: 0, waitsFor: '' };
  return { restMs: Math.min(restMs, LONG_MS), waitsFor: 'waits a moment for further devices' };
}

/** Where it is the cohort that asks for so many, people may wonder why. */
function explainNeed({ minimumCohort, minimumDevices, minimumUpdates }: RunSettings): string {
  if (minimumCohort <= Math.max(minimumDevices, minimumUpdates)) return '';
  return ' (minimumCohort: with fewer, one device could infer what another sent)';
}
