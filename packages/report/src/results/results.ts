import { InputError } from '@legend-fl/base';
import type { Host, StrategySummary, Summary } from '@legend-fl/runs';
import { compareStrategies, type StrategyComparison } from '../compare-strategies.ts';
import { type ComparisonRow, comparisonRows, findBaseline } from '../comparison-rows.ts';
import type { Run } from '../digest/read-run.ts';
import { groupRuns, type RunGroup, seedOf } from '../group-runs.ts';
import { listSeries, type SeedRun, type Series } from '../list-series.ts';

/** What one experiment found, over its seeds: `results.json`. */
export interface Results {
  readonly formatVersion: 1;
  /** Without the seed. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seeds: readonly number[];
  readonly model: Summary['model'];
  readonly data: Summary['data'];
  /** The machines that ran it, each once. */
  readonly hosts: readonly Host[];
  readonly targetAccuracy: number | null;
  /** What `overSeeds` gives speed-up and traffic saving against. */
  readonly baseline: string | null;
  readonly strategies: readonly StrategyResults[];
  /** By baseline, then by strategy. */
  readonly comparisons: Readonly<Record<string, Readonly<Record<string, StrategyComparison>>>>;
}

interface StrategyResults {
  readonly name: string;
  readonly seeds: readonly SeedResults[];
  readonly overSeeds: Omit<ComparisonRow, 'run' | 'strategy' | 'seeds' | 'targetAccuracy' | 'baseline'>;
}

type SeedResults = { readonly seed: number } & Pick<
  StrategySummary,
  | 'rounds'
  | 'finalAccuracy'
  | 'bestAccuracy'
  | 'secondsToTarget'
  | 'bytesToTarget'
  | 'bytesUp'
  | 'bytesDown'
  | 'virtualSeconds'
  | 'meanWaitingSeconds'
  | 'hostSeconds'
>;

/**
 * The results of runs that differ in the seed only.
 * @throws InputError `results-several-experiments` where they differ in more, `baseline-unknown`
 */
export function resultsOf(
  runs: readonly Run[],
  { baseline }: { readonly baseline?: string | undefined } = {},
): Results {
  const group = onlyGroup(groupRuns(runs));
  const series = listSeries([group]);
  const rows = comparisonRows(runs, { baseline });
  const [{ summary }] = group.runs;
  const { seed: _, ...config } = summary.config;
  const hosts = new Map(group.runs.map((run) => [JSON.stringify(run.summary.host), run.summary.host]));
  return {
    formatVersion: 1,
    config,
    seeds: group.runs.map(seedOf),
    model: summary.model,
    data: summary.data,
    hosts: [...hosts.values()],
    targetAccuracy: series[0]?.targetAccuracy ?? null,
    baseline: (series[0] && findBaseline(series[0], series, baseline)?.strategy) ?? null,
    strategies: series.map((one, index) => describeStrategy(one, rows[index])),
    comparisons: Object.fromEntries(series.map((other) => [other.strategy, compareAll(series, other)])),
  };
}

function onlyGroup(groups: readonly RunGroup[]): RunGroup {
  const [group, ...others] = groups;
  if (group !== undefined && others.length === 0) return group;
  throw new InputError({
    code: 'results-several-experiments',
    expected: 'runs of one experiment, which differ in the seed only',
    got: `${groups.length} experiments: ${groups.map(({ name }) => name).join('; ')}`,
    where: '--results',
    todo: 'Write the results of each experiment to a folder of its own.',
  });
}

function describeStrategy({ strategy, seeds }: Series, row: ComparisonRow | undefined): StrategyResults {
  if (row === undefined) throw new TypeError(`no row for ${strategy}`);
  const { run: _, strategy: __, seeds: ___, targetAccuracy: ____, baseline: _____, ...overSeeds } = row;
  return { name: strategy, seeds: seeds.map(describeSeed), overSeeds };
}

function describeSeed({ seed, summary }: SeedRun): SeedResults {
  return {
    seed,
    rounds: summary.rounds,
    finalAccuracy: summary.finalAccuracy,
    bestAccuracy: summary.bestAccuracy,
    secondsToTarget: summary.secondsToTarget,
    bytesToTarget: summary.bytesToTarget,
    bytesUp: summary.bytesUp,
    bytesDown: summary.bytesDown,
    virtualSeconds: summary.virtualSeconds,
    meanWaitingSeconds: summary.meanWaitingSeconds,
    hostSeconds: summary.hostSeconds,
  };
}

function compareAll(series: readonly Series[], other: Series): Record<string, StrategyComparison> {
  const rivals = series.filter((one) => one !== other);
  return Object.fromEntries(rivals.map((one) => [one.strategy, compareStrategies(one, other)]));
}
