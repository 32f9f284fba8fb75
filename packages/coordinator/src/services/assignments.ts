import { seededRandom } from '@legend-fl/base';
import { findEntry, type RoundState } from '@legend-fl/method';
import type { Assignment } from '@legend-fl/protocol';
import type { RunDriver } from '../runs/run-driver.ts';

/** What there is to do for a device of the run now; null where there is nothing. The same until it is done. */
export function assignmentFor(driver: RunDriver, device: string, now: number): Assignment | null {
  const { id: run, endReason, progress, deadlineAt, definition } = driver;
  if (endReason !== undefined) return { kind: 'finished', run, reason: endReason };
  const { state } = progress;
  const { round, attempt } = state;
  const secondsUntil = (at: number) => Math.max(0, (at - now) / 1000);
  const evaluation = driver.attempt.findEvaluation(device);
  if (evaluation?.scores.owes(device)) {
    const { adapter, closesAt } = evaluation;
    return { kind: 'evaluate', run, round, attempt, secondsLeft: secondsUntil(closesAt), adapter };
  }
  const offer = driver.attempt.findOffer(device);
  if (state.phase !== 'collecting' || offer === undefined || deadlineAt === null) return null;
  if (findEntry(state.devices, device)?.status !== 'assigned') return null;
  const { strategy, rounds, local, trunkCache, codec, seed } = definition.settings;
  const { ranks, ...plan } = offer.plan;
  return {
    kind: 'train',
    run,
    round,
    attempt,
    strategy,
    rounds,
    plan: { ...plan, ranks: [...ranks] },
    localSteps: state.plan.localSteps,
    local,
    trunkCache: trunkCache && { type: trunkCache.type },
    codec,
    seed: seedOf(seed, state),
    secondsLeft: secondsUntil(deadlineAt),
    adapter: { sha256: offer.sha256, bytes: offer.bytes },
    lastCounted: progress.lastCounted.get(device) ?? null,
  };
}

/**
 * What the drawing of batches is seeded with: the run's seed, and another one for every result of the round that was not kept,
 * since the same batches on the same devices would give it again.
 */
function seedOf(seed: number, { round, undone }: RoundState): number {
  return undone === 0 ? seed : seededRandom(seed, 'repeated', round, undone).integer(2 ** 31);
}
