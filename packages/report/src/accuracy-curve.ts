import type { RoundDigest } from './digest/digest-round.ts';
import type { SeedRun } from './list-series.ts';

/** What accuracy is drawn over. */
export type AccuracyAxis = 'time' | 'traffic' | 'rounds';

interface CurvePoint {
  /** Virtual seconds, bytes up and down, or rounds done. */
  readonly x: number;
  readonly accuracy: number;
  readonly round: number;
}

/** The evaluated rounds of one seed. */
export function accuracyCurve(rounds: readonly RoundDigest[], axis: AccuracyAxis): CurvePoint[] {
  const progress = progressOf(rounds, axis);
  return rounds.flatMap(({ accuracy, round }, index) =>
    accuracy === null ? [] : { x: progress[index] ?? 0, accuracy, round },
  );
}

/** How far each round brings a run on the axis, from its beginning. */
function progressOf(rounds: readonly RoundDigest[], axis: AccuracyAxis): number[] {
  let bytes = 0;
  return rounds.map(({ round, virtualSeconds, bytesUp, bytesDown }) => {
    bytes += bytesUp + bytesDown;
    return { time: virtualSeconds, traffic: bytes, rounds: round }[axis];
  });
}

/** Where one seed reaches the target on the axis; null where it does not. */
export function reachOf({ rounds, summary }: SeedRun, axis: AccuracyAxis): number | null {
  const { targetAccuracy } = summary;
  if (targetAccuracy === null) return null;
  return accuracyCurve(rounds, axis).find(({ accuracy }) => accuracy >= targetAccuracy)?.x ?? null;
}
