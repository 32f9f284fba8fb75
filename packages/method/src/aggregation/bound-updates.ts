import { itemAt } from '@legend-fl/base';
import { lowerMedian } from '../algebra/lower-median.ts';
import type { BoundedUpdate, ChangeScales, ReceivedUpdate } from './bounded-update.ts';
import { capExamples } from './cap-examples.ts';
import type { ChangeNorms } from './change-norms.ts';
import { type Reference, type References, referenceNorms } from './reference-norms.ts';
import type { NormHistory } from './voter.ts';

export interface BoundSettings {
  /** A block's change counts up to so many times the reference. */
  readonly normMultiple: number;
  /** Beyond so many times the reference an update is an attack or a fault, and is left out whole. */
  readonly outlierMultiple: number;
  /** Of the round's examples, see `shareLimit`. */
  readonly maximumShare: number;
}

/**
 * Reported losses count within this factor of their median. Mean losses of honest devices over a few dozen examples differ
 * by about as much; FedAdapter compares groups of devices by them, and a claimed zero would win any trial.
 */
const LOSS_MULTIPLE = 1.25;

/**
 * What each update of a round may do (norm clipping: Sun et al., arXiv 1911.07963; per block, and against medians, ours).
 * With Δ_{i,l} the change of block l by device i, ‖·‖ its root mean square, and m_l the median of `referenceNorms`:
 *
 *   ‖Δ_{i,l}‖ > outlierMultiple·m_l in any block or the head: the update is left out whole;
 *   otherwise Δ_{i,l} counts by s_{i,l} = min(1, normMultiple·m_l / ‖Δ_{i,l}‖).
 *
 * Example counts are capped (`capExamples`), losses kept near their median. Where fewer than three devices have trained
 * a block nobody can be told from a liar: changes are clipped, but none is left out for it.
 *
 * So for a strategy that averages values, with p_l the share of liars among the examples of those who trained block l
 * and were not left out, x_l the average with them and h_l without:
 *
 *   ‖x_l - start_l‖ ≤ normMultiple·m_l   and   ‖x_l - h_l‖ ≤ 2·p_l·normMultiple·m_l
 *
 * @param received the round's updates in the plan's order, each known to fit what its device was given
 * @returns an entry for each of them
 */
export function boundUpdates(
  received: readonly ReceivedUpdate[],
  history: NormHistory,
  settings: BoundSettings,
): readonly BoundedUpdate[] {
  const references = referenceNorms(received, history);
  const reasons = received.map(({ norms }) => findOutlier(norms, references, settings.outlierMultiple));
  const kept = received.filter((_, place) => reasons[place] === undefined);
  const examples = capExamples(
    kept.map((update) => update.examples),
    settings.maximumShare,
  );
  const losses = boundLosses(kept.map(({ loss }) => loss));
  let next = 0;
  return received.map(({ deviceId, norms }, place): BoundedUpdate => {
    const reason = reasons[place];
    if (reason !== undefined) return { status: 'left-out', deviceId, reason };
    const own = next++;
    return {
      status: 'counted',
      deviceId,
      examples: itemAt(examples, own),
      loss: itemAt(losses, own),
      scales: scaleChanges(norms, references, settings.normMultiple),
    };
  });
}

/** The least part of a change that counts, over blocks and head; 1 where nothing was clipped. */
export function leastScale({ blocks, head }: ChangeScales): number {
  return blocks.reduce<number>((least, scale) => Math.min(least, scale ?? 1), head);
}

/** Why an update is left out; undefined where it is not. */
function findOutlier({ blocks, head }: ChangeNorms, references: References, multiple: number) {
  const reason = describeExcess('the head', head, references.head, multiple);
  return blocks.reduce<string | undefined>(
    (found, norm, index) =>
      found ?? describeExcess(`block ${index + 1}`, norm, itemAt(references.blocks, index), multiple),
    reason,
  );
}

function describeExcess(
  part: string,
  norm: number | null,
  reference: Reference | null,
  multiple: number,
): string | undefined {
  if (norm === null || !reference?.settled || norm <= multiple * reference.norm) return undefined;
  if (reference.norm === 0) return `it changed ${part}, which most devices left as it was`;
  return `its change to ${part} is ${formatMultiple(norm / reference.norm)} times the median`;
}

/** Three digits; powers of ten where it has more than six. */
function formatMultiple(multiple: number): string {
  return multiple < 1e6 ? String(Number(multiple.toPrecision(3))) : multiple.toExponential(1);
}

function scaleChanges({ blocks, head }: ChangeNorms, references: References, multiple: number): ChangeScales {
  return {
    blocks: blocks.map((norm, index) => {
      const reference = itemAt(references.blocks, index);
      return norm === null || reference === null ? null : scaleOf(norm, reference, multiple);
    }),
    head: scaleOf(head, references.head, multiple),
  };
}

/** A reference of zero that is not settled says nothing. */
function scaleOf(norm: number, { norm: reference }: Reference, multiple: number): number {
  return reference === 0 || norm <= multiple * reference ? 1 : (multiple * reference) / norm;
}

function boundLosses(losses: readonly number[]): readonly number[] {
  const median = lowerMedian(losses);
  const [one, other] = [median / LOSS_MULTIPLE, median * LOSS_MULTIPLE];
  const [least, most] = [Math.min(one, other), Math.max(one, other)];
  return losses.map((loss) => Math.min(Math.max(loss, least), most));
}
