/** How the learning rate runs over the whole of training; a device's local steps are a stretch of it. */
export interface LearningRateSchedule {
  readonly peak: number;
  /** Steps over which it rises linearly from 0. */
  readonly warmupSteps: number;
  /** After the warm-up it falls linearly to 0 at this step; constant when absent. */
  readonly totalSteps?: number | undefined;
}

/** The rate of a step, counted from 0. */
export function learningRateAt(
  { peak, warmupSteps, totalSteps }: LearningRateSchedule,
  step: number,
): number {
  if (step < warmupSteps) return (peak * (step + 1)) / (warmupSteps + 1);
  if (totalSteps === undefined) return peak;
  return peak * Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));
}
