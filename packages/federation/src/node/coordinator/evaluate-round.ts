import { checkScore, encodeWholeStart, wholeAdapter } from '@legend/rounds';
import { DeviceScores } from './device-scores.ts';
import type { EvaluatedDetails } from './event-details.ts';
import type { HeldOutTest } from './held-out-test.ts';
import { pauseFor } from './hold.ts';
import type { PhaseWork } from './phase-work.ts';
import { deadlineMs, evaluatorsOf } from './run-settings.ts';

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

/**
 * Has the new global adapter scored, here, by the devices of the round, or by both; then the figures from here count.
 * @throws InputError `loss-not-finite` for an adapter that has lost its way
 */
export async function evaluateRound(
  work: PhaseWork,
  test: HeldOutTest,
  unscored: Unscored,
  onAsked: (evaluation: Evaluation) => void,
): Promise<void> {
  const { settings, progress, signal, environment } = work;
  const { state } = progress;
  if (state.phase !== 'evaluating') return;
  const evaluators = evaluatorsOf(settings);
  const { global } = await work.tensors();
  const adapter = wholeAdapter(global);
  const asked =
    evaluators === 'coordinator'
      ? null
      : await askDevices(work, encodeWholeStart({ adapter, merged: undefined }, 'f32'));
  if (asked !== null) onAsked(asked);
  let coordinator: EvaluatedDetails['coordinator'] = null;
  if (evaluators !== 'devices') {
    coordinator = await work.persist(async () => test.score(await work.resources(), adapter, signal));
    checkScore(coordinator);
  }
  if (asked !== null) {
    await Promise.race([asked.scores.completed, pauseFor(asked.closesAt - environment.now(), signal)]);
  }
  signal.throwIfAborted();
  const details: EvaluatedDetails = { coordinator, devices: asked?.scores.summarize() ?? null };
  const { accuracy, loss } = coordinator ?? details.devices ?? unscored;
  await work.report({ type: 'evaluated', round: state.round, accuracy, loss }, details);
}

/** @param message the adapter, whole and as float32 */
async function askDevices(work: PhaseWork, message: Uint8Array): Promise<Evaluation> {
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
    scores: new DeviceScores(asked),
    closesAt: now() + deadlineMs(settings, plan?.roundSeconds ?? 0),
  };
}
