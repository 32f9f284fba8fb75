import { itemAt } from '@legend-fl/base';
import type { BoundedUpdate, ChangeScales, ReceivedUpdate } from './bounded-update.ts';
import type { ChangeNorms } from './change-norms.ts';
import type { NormHistory, Voter } from './voter.ts';

/** With four earlier rounds, rounds of a single update have five votes. More would be of another learning rate. */
const HISTORY_ROUNDS = 4;
/** Of so many devices, spread evenly over the plan, the median is as good as that of all; the history stays small. */
const HISTORY_DEVICES = 101;

/**
 * The history after a round.
 *
 * @param received what `boundUpdates` was given
 * @param bounded what it made of them
 */
export function extendHistory(
  history: NormHistory,
  received: readonly ReceivedUpdate[],
  bounded: readonly BoundedUpdate[],
): NormHistory {
  const counted = received.flatMap(({ deviceId, norms }, place): Voter[] => {
    const outcome = bounded[place];
    return outcome?.status === 'counted' ? [{ deviceId, norms: scaleNorms(norms, outcome.scales) }] : [];
  });
  return addToHistory(history, counted);
}

/** The same, given the norms of the updates that counted, after clipping, in the plan's order. */
export function addToHistory(history: NormHistory, counted: readonly Voter[]): NormHistory {
  if (counted.length === 0) return history;
  const stride = Math.max(1, counted.length / HISTORY_DEVICES);
  const kept = Array.from(
    { length: Math.min(counted.length, HISTORY_DEVICES) },
    (_, index) => counted[Math.floor(index * stride)],
  );
  const round = kept.filter((voter) => voter !== undefined);
  return [round, ...history].slice(0, HISTORY_ROUNDS);
}

/** The norms of a change after it was clipped. */
export function scaleNorms({ blocks, head }: ChangeNorms, scales: ChangeScales): ChangeNorms {
  return {
    blocks: blocks.map((norm, index) => (norm === null ? null : norm * (itemAt(scales.blocks, index) ?? 1))),
    head: head * scales.head,
  };
}
