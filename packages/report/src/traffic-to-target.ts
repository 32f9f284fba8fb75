import type { RoundDigest } from './digest/digest-round.ts';

export interface Traffic {
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** Bytes up and down until the end of the first round that reaches the target; null where none does. */
export function trafficToTarget(
  rounds: readonly RoundDigest[],
  targetAccuracy: number | null,
): Traffic | null {
  if (targetAccuracy === null) return null;
  let [bytesUp, bytesDown] = [0, 0];
  for (const round of rounds) {
    bytesUp += round.bytesUp;
    bytesDown += round.bytesDown;
    if (round.accuracy !== null && round.accuracy >= targetAccuracy) return { bytesUp, bytesDown };
  }
  return null;
}
