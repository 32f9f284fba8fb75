import { pauseFor } from '../pacing/retry.ts';
import { LONG_MS } from '../pacing/waiting-polls.ts';
import { deadlineSeconds } from '../settings/run-settings.ts';
import { type HandOut, offerStarts } from './hand-out.ts';
import type { PhaseWork } from './phase-work.ts';

/** Hands out the assignments of an attempt, and closes it at its deadline if it has not closed before. */
export async function collectUpdates(work: PhaseWork, onOffers: (handOut: HandOut) => void): Promise<void> {
  const { settings, environment, progress, signal } = work;
  const { state, assignedAt } = progress;
  if (state.phase !== 'collecting' || assignedAt === null) return;
  const { round, attempt, plan } = state;
  const { strategy } = await work.resources();
  const tensors = await work.tensors();
  const handOut = await offerStarts(strategy, plan, tensors, settings.codec, (message) =>
    work.write(message),
  );
  signal.throwIfAborted();
  onOffers(handOut);
  const { now } = environment;
  const closesAt = assignedAt + 1000 * deadlineSeconds(settings, plan);
  for (let restMs = closesAt - now(); restMs > 0; restMs = closesAt - now()) {
    await pauseFor(Math.min(restMs, LONG_MS), signal);
    signal.throwIfAborted();
  }
  const elapsedSeconds = progress.elapsedSeconds(now());
  await work.report({ type: 'deadline-passed', round, attempt, elapsedSeconds });
}
