import { InputError } from '@legend-fl/base';
import type { StrategySummary } from '@legend-fl/runs';
import { compareStrategies } from './compare-strategies.ts';
import { groupRuns, type ReportedRun } from './group-runs.ts';
import { listSeries, type Series } from './list-series.ts';
import { type SeedFigure, seedFigure } from './page/seed-figure.ts';
import { type Traffic, trafficToTarget } from './traffic-to-target.ts';

/** One strategy of one experiment over its seeds, as every table shows it. */
export interface ComparisonRow {
  /** The experiment's name. */
  readonly run: string;
  readonly strategy: string;
  /** The seeds that the strategy ran with. */
  readonly seeds: readonly number[];
  readonly targetAccuracy: number | null;
  readonly rounds: SeedFigure | null;
  readonly finalAccuracy: SeedFigure | null;
  readonly bestAccuracy: SeedFigure | null;
  /** Over the seeds that reached the target. */
  readonly secondsToTarget: SeedFigure | null;
  readonly bytesToTarget: SeedFigure | null;
  /** The two parts of `bytesToTarget`; null also where only the runs' summaries are known. */
  readonly bytesUpToTarget: SeedFigure | null;
  readonly bytesDownToTarget: SeedFigure | null;
  readonly meanWaitingSeconds: SeedFigure | null;
  /** The strategy of the same experiment that this one is measured against; null for that strategy itself. */
  readonly baseline: string | null;
  readonly speedUp: SeedFigure | null;
  readonly trafficSaving: SeedFigure | null;
  /** How many seeds this strategy and the baseline have in common. */
  readonly comparedSeeds: number;
}

/** The strategy that others are measured against where it ran; else it is the one listed last. */
const usualBaseline = 'fedlora';

/**
 * A row per strategy and experiment, in their order; see `groupRuns`.
 * @throws InputError `baseline-unknown` where no run has the baseline asked for
 */
export function comparisonRows(
  runs: readonly ReportedRun[],
  { baseline }: { readonly baseline?: string | undefined } = {},
): ComparisonRow[] {
  const series = listSeries(groupRuns(runs));
  if (baseline !== undefined) requireStrategy(baseline, series);
  return series.map((one) => describeSeries(one, findBaseline(one, series, baseline)));
}

/** What a series is measured against in its experiment: the strategy asked for, where it ran, or the usual one. */
export function findBaseline(
  { group }: Series,
  series: readonly Series[],
  asked: string | undefined,
): Series | undefined {
  const candidates = series.filter((one) => one.group === group);
  const named = candidates.find(({ strategy }) => strategy === (asked ?? usualBaseline));
  return asked === undefined ? (named ?? candidates.at(-1)) : named;
}

function describeSeries(series: Series, baseline: Series | undefined): ComparisonRow {
  const { group, strategy, targetAccuracy, seeds } = series;
  const over = (figureOf: (summary: StrategySummary) => number | null) =>
    seedFigure(seeds.map(({ summary }) => figureOf(summary)));
  const traffic = seeds.map(({ rounds }) => trafficToTarget(rounds, targetAccuracy));
  const overTraffic = (key: keyof Traffic) => seedFigure(traffic.map((one) => one?.[key] ?? null));
  const other = baseline === series ? undefined : baseline;
  const comparison = other && compareStrategies(series, other);
  return {
    run: group.name,
    strategy,
    seeds: seeds.map(({ seed }) => seed),
    targetAccuracy,
    rounds: over(({ rounds }) => rounds),
    finalAccuracy: over(({ finalAccuracy }) => finalAccuracy),
    bestAccuracy: over(({ bestAccuracy }) => bestAccuracy),
    secondsToTarget: over(({ secondsToTarget }) => secondsToTarget),
    bytesToTarget: over(({ bytesToTarget }) => bytesToTarget),
    bytesUpToTarget: overTraffic('bytesUp'),
    bytesDownToTarget: overTraffic('bytesDown'),
    meanWaitingSeconds: over(({ meanWaitingSeconds }) => meanWaitingSeconds),
    baseline: other?.strategy ?? null,
    speedUp: comparison?.speedUp ?? null,
    trafficSaving: comparison?.trafficSaving ?? null,
    comparedSeeds: comparison?.seeds ?? 0,
  };
}

function requireStrategy(baseline: string, series: readonly Series[]): void {
  const names = [...new Set(series.map(({ strategy }) => strategy))];
  if (names.includes(baseline)) return;
  throw new InputError({
    code: 'baseline-unknown',
    expected: names.length === 0 ? 'a run with a finished strategy' : `one of ${names.join(', ')}`,
    got: baseline,
    where: '--baseline',
    todo: 'Choose a strategy that the runs have.',
  });
}
