import type { RoundColumns } from './report-view.ts';

/** What accuracy is drawn over. */
export type AccuracyAxis = 'time' | 'traffic' | 'rounds';

interface CurvePoint {
  /** Seconds, bytes up and down, or rounds done. */
  readonly x: number;
  readonly accuracy: number;
  readonly round: number;
}

/** The evaluated rounds of one seed. */
export function accuracyCurve(rounds: RoundColumns, axis: AccuracyAxis): CurvePoint[] {
  let bytes = 0;
  return rounds.accuracy.flatMap((accuracy, index) => {
    bytes += (rounds.bytesUp[index] ?? 0) + (rounds.bytesDown[index] ?? 0);
    if (accuracy === null) return [];
    const round = index + 1;
    const x = { time: rounds.virtualSeconds[index] ?? 0, traffic: bytes, rounds: round }[axis];
    return { x, accuracy, round };
  });
}

/** Where one seed reaches the target on the axis; null where it does not. */
export function reachOf(rounds: RoundColumns, target: number | null, axis: AccuracyAxis): number | null {
  if (target === null) return null;
  return accuracyCurve(rounds, axis).find(({ accuracy }) => accuracy >= target)?.x ?? null;
}
