/** One try of one round. */
interface Attempt {
  readonly round: number;
  readonly attempt: number;
}

/** Negative where `one` came before `other`, zero where they are the same. */
export function compareAttempts(one: Attempt, other: Attempt): number {
  return one.round - other.round || one.attempt - other.attempt;
}
