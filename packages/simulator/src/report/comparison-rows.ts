import type { StrategySummary, Summary } from '../run-folder/summary.ts';

/** One strategy of one run, as every table and figure shows it. */
export interface ComparisonRow {
  readonly run: string;
  readonly strategy: string;
  readonly rounds: number;
  readonly finalAccuracy: number | null;
  readonly bestAccuracy: number | null;
  readonly targetAccuracy: number | null;
  /** Null where the target was not reached. */
  readonly secondsToTarget: number | null;
  readonly bytesToTarget: number | null;
  readonly virtualSeconds: number;
  readonly bytes: number;
  readonly meanWaitingSeconds: number;
  /** The strategy of the same run that this one is measured against; null for that strategy itself. */
  readonly reference: string | null;
  /** The reference's time to target over this one's; null where one of them is null. */
  readonly speedUp: number | null;
  /** Share of the reference's bytes to target that this strategy saves; negative where it takes more. */
  readonly trafficSaving: number | null;
}

/** The strategy that others are measured against where it ran; else it is the one listed last. */
const usualReference = 'fedlora';

/** A row per run and strategy, in their order. */
export function comparisonRows(
  runs: readonly { readonly name: string; readonly summary: Summary }[],
): ComparisonRow[] {
  return runs.flatMap(({ name, summary }) => {
    const { strategies } = summary;
    const reference = strategies.find((strategy) => strategy.name === usualReference) ?? strategies.at(-1);
    return strategies.map((strategy) => compareWith(reference, strategy, name));
  });
}

function compareWith(
  reference: StrategySummary | undefined,
  strategy: StrategySummary,
  run: string,
): ComparisonRow {
  const { secondsToTarget, bytesToTarget } = strategy;
  const other = reference === strategy ? undefined : reference;
  const bytesRatio = ratio(bytesToTarget, other?.bytesToTarget);
  return {
    run,
    strategy: strategy.name,
    rounds: strategy.rounds,
    finalAccuracy: strategy.finalAccuracy,
    bestAccuracy: strategy.bestAccuracy,
    targetAccuracy: strategy.targetAccuracy,
    secondsToTarget,
    bytesToTarget,
    virtualSeconds: strategy.virtualSeconds,
    bytes: strategy.bytesUp + strategy.bytesDown,
    meanWaitingSeconds: strategy.meanWaitingSeconds,
    reference: other?.name ?? null,
    speedUp: ratio(other?.secondsToTarget, secondsToTarget),
    trafficSaving: bytesRatio === null ? null : 1 - bytesRatio,
  };
}

function ratio(one: number | null | undefined, other: number | null | undefined): number | null {
  return typeof one === 'number' && typeof other === 'number' && other > 0 ? one / other : null;
}
