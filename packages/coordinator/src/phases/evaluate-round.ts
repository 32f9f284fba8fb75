import { sleep } from '@legend-fl/base';
import type { Plan, RoundState } from '@legend-fl/method';
import { encodeWholeStart, wholeAdapter } from '@legend-fl/runs';
import type { EvaluatedDetails } from '../log/event-details.ts';
import { LONG_MS } from '../pacing/waiting-polls.ts';
import { deadlineSeconds, evaluatorsOf, SAFE_COHORT } from '../settings/run-settings.ts';
import type { Evaluation } from './attempt.ts';
import { DeviceScores } from './device-scores.ts';
import { findFault, listSuspects } from './judge-round.ts';
import type { PhaseResult, PhaseWork } from './phase-work.ts';

/**
 * Has the new global adapter scored, here, by the devices of the round, or by both; then the figures from here count. An
 * adapter that has lost its way is not kept: the round is undone, and its suspects sit out the next ones.
 */
export async function evaluateRound(
  work: PhaseWork,
  state: Extract<RoundState, { phase: 'evaluating' }>,
): Promise<PhaseResult> {
  const { settings, context, progress, memory, signal } = work;
  const evaluators = evaluatorsOf(settings);
  const { global } = await work.tensors();
  const adapter = wholeAdapter(global);
  const asked =
    evaluators === 'coordinator'
      ? null
      : await askDevices(work, state.plan, encodeWholeStart({ adapter, merged: undefined }, 'f32'));
  if (asked !== null) {
    work.attempt.askForScores(asked);
    context.observer.devicesChanged(progress.plannedDevices.keys());
  }
  let coordinator: EvaluatedDetails['coordinator'] = null;
  if (evaluators !== 'devices') {
    coordinator = await work.retry(async () => work.test.score(await work.resources(), adapter, signal));
  }
  if (asked !== null) {
    const restMs = Math.min(Math.max(0, asked.closesAt - context.now()), LONG_MS);
    await Promise.race([asked.scores.completed, sleep(restMs, signal)]);
  }
  signal.throwIfAborted();
  if (asked !== null) noteSilent(asked.scores, memory.silent);
  const details: EvaluatedDetails = { coordinator, devices: asked?.scores.summarize() ?? null };
  const unscored = state.lastEvaluation ?? progress.blindGuess;
  const { accuracy, loss } = coordinator ?? details.devices ?? unscored;
  const reason = findFault(loss, unscored.loss, { settings, blindGuess: progress.blindGuess });
  const { round, attempt } = state;
  if (reason === undefined) {
    return { event: { type: 'evaluated', round, accuracy, loss }, details };
  }
  const suspects = listSuspects(progress);
  return { event: { type: 'undone', round, attempt, reason, suspects } };
}

function noteSilent(scores: DeviceScores, silent: Set<string>): void {
  const now = new Set(scores.silent);
  for (const device of scores.devices) {
    if (now.has(device)) silent.add(device);
    else silent.delete(device);
  }
}

/** @param message the adapter, whole and as float32 */
async function askDevices(work: PhaseWork, plan: Plan, message: Uint8Array): Promise<Evaluation> {
  const { settings, context, memory, signal } = work;
  const { presence, registry, now } = context;
  const sha256 = await work.write(message);
  signal.throwIfAborted();
  // After a restart nobody has been seen yet: who may come back is asked too.
  const asked = plan.devices
    .map(({ id }) => id)
    .filter((id) => !registry.find(id)?.revoked && (presence.isThere(id) || presence.find(id) === undefined));
  return {
    adapter: { sha256, bytes: message.byteLength },
    scores: new DeviceScores({
      asked,
      unawaited: memory.silent,
      minimum: Math.min(settings.minimumCohort, SAFE_COHORT),
    }),
    closesAt: now() + 1000 * deadlineSeconds(settings, plan),
  };
}
