import { lowerMedian } from '../algebra/lower-median.ts';
import type { ChangeNorms } from './change-norms.ts';
import type { NormHistory, Voter } from './voter.ts';

/** What the change of one block, or of the head, is measured against. */
export interface Reference {
  /** Lower median of the votes. */
  readonly norm: number;
  /** Devices that have voted. */
  readonly votes: number;
  /** Enough of them in this very round that no single one decides: what lies far outside is no honest training. */
  readonly settled: boolean;
}

export interface References {
  /** Entry l-1 belongs to block l; null where nobody has trained it. */
  readonly blocks: readonly (Reference | null)[];
  readonly head: Reference;
}

/** Of three votes a single liar decides none. */
const FEWEST_VOTES = 3;
/**
 * Votes from which on a round speaks for itself: two liars decide none of five. With more, the past would only lag behind a
 * learning rate that rises or falls.
 */
const ENOUGH_VOTES = 5;

/**
 * The reference of each block and of the head: the lower median over devices, one vote each. Where fewer than five
 * devices have trained a block in this round, devices of earlier rounds vote with the last norm that was accepted from
 * them. Where that makes fewer than three, as for a low block that only one device is fast enough to train, the missing
 * votes are those of the nearest block above that has its three, or of the head: under AdamW all values move alike.
 *
 * With k liars among n voters and k < n/2 the reference lies within the range of the honest norms, whatever the liars
 * say: fewer than half of the votes are below that range, and fewer than half above it. With an even number of votes the
 * lower one counts, so that half of the devices may slow a round down but not blow it up.
 */
export function referenceNorms(voters: readonly Voter[], history: NormHistory): References {
  const blocks = voters.reduce((most, { norms }) => Math.max(most, norms.blocks.length), 0);
  const headVotes = collectVotes(voters, history, ({ head }) => head);
  const head = referenceOf(headVotes, null);
  let above = head;
  const references: (Reference | null)[] = [];
  for (let index = blocks - 1; index >= 0; index--) {
    const votes = collectVotes(voters, history, (norms) => norms.blocks[index] ?? null);
    const reference = votes.present === 0 ? null : referenceOf(votes, above);
    references.unshift(reference);
    if (reference !== null && reference.votes >= FEWEST_VOTES) above = reference;
  }
  return { blocks: references, head };
}

interface Votes {
  /** One per device, its latest. */
  readonly norms: readonly number[];
  /** How many of them are of this round. */
  readonly present: number;
}

function collectVotes(
  voters: readonly Voter[],
  history: NormHistory,
  normOf: (norms: ChangeNorms) => number | null,
): Votes {
  const votes = new Map<string, number>();
  const add = (round: readonly Voter[]) => {
    for (const { deviceId, norms } of round) {
      const norm = normOf(norms);
      if (norm !== null && !votes.has(deviceId)) votes.set(deviceId, norm);
    }
  };
  add(voters);
  const present = votes.size;
  for (const round of history) if (votes.size < ENOUGH_VOTES) add(round);
  return { norms: [...votes.values()], present };
}

/** @param above casts the votes that are missing; null for the head, which nothing can vouch for */
function referenceOf({ norms, present }: Votes, above: Reference | null): Reference {
  const missing = Math.max(0, FEWEST_VOTES - norms.length);
  const canBorrow = above !== null && above.votes >= FEWEST_VOTES;
  const borrowed = canBorrow ? new Array<number>(missing).fill(above.norm) : [];
  return {
    norm: lowerMedian([...norms, ...borrowed]),
    votes: norms.length,
    settled: present >= FEWEST_VOTES,
  };
}
