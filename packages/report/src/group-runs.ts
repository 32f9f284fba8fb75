import type { Run } from './digest/read-run.ts';

/** Runs of one experiment, which differ in their seed only. */
export interface RunGroup {
  /** The folder's name that all runs have in common, else their names. */
  readonly name: string;
  /** Ascending by seed, every seed once. */
  readonly runs: readonly [ReportedRun, ...ReportedRun[]];
}

/** A run, or what its summary tells: then without figures that only its rounds have. */
export type ReportedRun = Pick<Run, 'name' | 'summary'> & Partial<Pick<Run, 'rounds' | 'roster'>>;

/**
 * Groups of runs with the same configuration, fleet, model and data but for the seed, in order of their first run. The host
 * does not matter. A second run of one seed begins another group: it is no further sample. So does a run with a strategy
 * whose file had another content: that is another method under the same name.
 */
export function groupRuns(runs: readonly ReportedRun[]): RunGroup[] {
  const groups: { readonly experiment: string; readonly runs: [ReportedRun, ...ReportedRun[]] }[] = [];
  for (const run of runs) {
    const experiment = identifyExperiment(run);
    const group = groups.find(
      (other) =>
        other.experiment === experiment &&
        other.runs.every((one) => seedOf(one) !== seedOf(run) && ranSameFiles(one, run)),
    );
    if (group === undefined) groups.push({ experiment, runs: [run] });
    else group.runs.push(run);
  }
  return groups.map(({ runs: members }) => ({
    name: nameGroup(members.map(({ name }) => name)),
    runs: members.sort((one, other) => seedOf(one) - seedOf(other)),
  }));
}

export function seedOf({ summary }: ReportedRun): number {
  return summary.config.seed;
}

function identifyExperiment({ summary: { config, fleet, model, data } }: ReportedRun): string {
  const { seed: _, seeds: __, ...rest } = config;
  return JSON.stringify(sortKeys({ config: rest, fleet, model, data }));
}

/** Whether each strategy that both runs have finished is from a file of the same content, or from none. */
function ranSameFiles(one: ReportedRun, other: ReportedRun): boolean {
  const others = new Map(other.summary.strategies.map((strategy) => [strategy.name, strategy]));
  return one.summary.strategies.every(({ name, strategyFile }) => {
    const counterpart = others.get(name);
    return counterpart === undefined || counterpart.strategyFile?.sha256 === strategyFile?.sha256;
  });
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

/** `a/seed-1` and `a/seed-2` are `a`. */
function nameGroup(names: readonly string[]): string {
  const parents = new Set(names.map((name) => name.split('/').slice(0, -1).join('/')));
  const [parent = ''] = parents;
  return names.length > 1 && parents.size === 1 && parent !== '' ? parent : names.join(', ');
}
