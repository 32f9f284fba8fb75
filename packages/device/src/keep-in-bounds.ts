import { bounds } from '@legend-fl/protocol';

/**
 * A measured figure, moved to the nearest that the coordinator accepts. Honest figures fall outside where a clock is
 * coarse (a browser's tick may be longer than a step of a tiny model), stands still, or runs on while the machine sleeps.
 */
export function clampTo({ min, max }: { readonly min: number; readonly max: number }, value: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Seconds that a part of an assignment took, as they are reported. */
export function clampPartSeconds(seconds: number): number {
  return clampTo({ min: 0, max: bounds.partSeconds }, seconds);
}

/** Whether a mean cross-entropy may be reported; one that is not finite never may. */
export function isPlausibleLoss(loss: number): boolean {
  return loss >= bounds.loss.min && loss <= bounds.loss.max;
}
