import { encodeWholeStart, wholeAdapter } from '@legend-fl/runs';
import type { EvaluatedDetails } from '../log/event-details.ts';
import { pauseFor } from '../pacing/retry.ts';
import { deadlineSeconds, evaluatorsOf, SAFE_COHORT } from '../settings/run-settings.ts';
import { DeviceScores } from './device-scores.ts';
import type { HeldOutTest } from './held-out-test.ts';
import { findFault, listSuspects } from './judge-round.ts';
import type { PhaseWork } from './phase-work.ts';

/** The global adapter that devices are asked to score. */
export interface Evaluation {
  readonly adapter: { readonly sha256: string; readonly bytes: number };
  readonly scores: DeviceScores;
  /** When no score is waited for any more. */
  readonly closesAt: number;
}

/** What a round that nobody scores goes by: the figures of the last one; before any, those of a blind guess. */
export interface Unscored {
  readonly accuracy: number;
  readonly loss: number;
}

/** What a run remembers of evaluations from round to round. */
export interface Evaluating {
  readonly test: HeldOutTest;
  /** Figures of a round that nobody scores, while there are none from a round before. */
  readonly blindGuess: Unscored;
  /** Devices that did not score in time when last asked: nobody waits for them. */
  readonly silent: Set<string>;
  readonly onAsked: (evaluation: Evaluation) => void;
}

/**
 * Has the new global adapter scored, here, by the devices of the round, or by both; then the figures from here count. An
 * adapter that has lost its way is not kept: the round is undone, and its suspects sit out the next ones.
 */
export async function evaluateRound(work: PhaseWork, evaluating: Evaluating): Promise<void> {
  const { settings, progress, signal, environment } = work;
  const { state } = progress;
  if (state.phase !== 'evaluating') return;
  const evaluators = evaluatorsOf(settings);
  const { global } = await work.tensors();
  const adapter = wholeAdapter(global);
  const asked =
    evaluators === 'coordinator'
      ? null
      : await askDevices(work, encodeWholeStart({ adapter, merged: undefined }, 'f32'), evaluating.silent);
  if (asked !== null) evaluating.onAsked(asked);
  let coordinator: EvaluatedDetails['coordinator'] = null;
  if (evaluators !== 'devices') {
    coordinator = await work.persist(async () =>
      evaluating.test.score(await work.resources(), adapter, signal),
    );
  }
  if (asked !== null) {
    await Promise.race([asked.scores.completed, pauseFor(asked.closesAt - environment.now(), signal)]);
  }
  signal.throwIfAborted();
  if (asked !== null) noteSilent(asked.scores, evaluating.silent);
  const details: EvaluatedDetails = { coordinator, devices: asked?.scores.summarize() ?? null };
  const unscored = state.lastEvaluation ?? evaluating.blindGuess;
  const { accuracy, loss } = coordinator ?? details.devices ?? unscored;
  const reason = findFault(loss, unscored.loss, { ...evaluating, settings });
  const { round, attempt } = state;
  if (reason === undefined) {
    await work.report({ type: 'evaluated', round, accuracy, loss }, details);
    return;
  }
  const suspects = listSuspects(progress);
  await work.report({ type: 'undone', round, attempt, reason, suspects });
}

function noteSilent(scores: DeviceScores, silent: Set<string>): void {
  const now = new Set(scores.silent);
  for (const device of scores.devices) {
    if (now.has(device)) silent.add(device);
    else silent.delete(device);
  }
}

/** @param message the adapter, whole and as float32 */
async function askDevices(
  work: PhaseWork,
  message: Uint8Array,
  silent: ReadonlySet<string>,
): Promise<Evaluation> {
  const { settings, environment, progress, signal } = work;
  const { presence, now, findDevice } = environment;
  const sha256 = await work.write(message);
  signal.throwIfAborted();
  const { state } = progress;
  const plan = 'plan' in state ? state.plan : undefined;
  // After a restart nobody has been seen yet: who may come back is asked too.
  const asked = (plan?.devices ?? [])
    .map(({ id }) => id)
    .filter((id) => !findDevice(id)?.revoked && (presence.isThere(id) || presence.find(id) === undefined));
  return {
    adapter: { sha256, bytes: message.byteLength },
    scores: new DeviceScores({
      asked,
      unawaited: silent,
      minimum: Math.min(settings.minimumCohort, SAFE_COHORT),
    }),
    closesAt: now() + 1000 * (plan === undefined ? 0 : deadlineSeconds(settings, plan)),
  };
}
