import { sleep } from '@legend-fl/base';
import type { RoundState } from '@legend-fl/method';
import { LONG_MS } from '../pacing/waiting-polls.ts';
import { deadlineSeconds } from '../settings/run-settings.ts';
import { offerStarts } from './hand-out.ts';
import type { PhaseResult, PhaseWork } from './phase-work.ts';

/** Hands out the assignments of an attempt, and closes it at its deadline if it has not closed before. */
export async function collectUpdates(
  work: PhaseWork,
  { round, attempt, plan }: Extract<RoundState, { phase: 'collecting' }>,
): Promise<PhaseResult> {
  const { settings, context, progress, signal } = work;
  const { assignedAt } = progress;
  if (assignedAt === null) throw new Error(`Round ${round} collects updates and was never assigned.`);
  const { strategy } = await work.resources();
  const tensors = await work.tensors();
  const handOut = await offerStarts(strategy, plan, tensors, settings.codec, (message) =>
    work.write(message),
  );
  signal.throwIfAborted();
  work.attempt.handOut(handOut);
  const { now } = context;
  const closesAt = assignedAt + 1000 * deadlineSeconds(settings, plan);
  for (let restMs = closesAt - now(); restMs > 0; restMs = closesAt - now()) {
    await sleep(Math.min(restMs, LONG_MS), signal);
  }
  return {
    event: { type: 'deadline-passed', round, attempt, elapsedSeconds: progress.elapsedSeconds(now()) },
  };
}
