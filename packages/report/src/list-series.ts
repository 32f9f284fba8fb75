import { toneCount } from '@legend-fl/look';
import type { StrategySummary } from '@legend-fl/runs';
import type { RoundDigest } from './digest/digest-round.ts';
import { type ReportedRun, type RunGroup, seedOf } from './group-runs.ts';

/** One strategy of one experiment over its seeds, with how it is drawn. */
export interface Series {
  /** The strategy's name, with the experiment's where there are several. */
  readonly label: string;
  readonly strategy: string;
  readonly targetAccuracy: number | null;
  /** 1 to `toneCount`, one per strategy. */
  readonly tone: number;
  /** 0 is a solid line. */
  readonly dash: number;
  readonly group: RunGroup;
  /** The runs that have the strategy, ascending by seed. */
  readonly seeds: readonly SeedRun[];
}

/** One strategy of one run. */
export interface SeedRun {
  readonly seed: number;
  readonly run: ReportedRun;
  readonly summary: StrategySummary;
  readonly rounds: readonly RoundDigest[];
}

/** Dash patterns that `chart.css` has; more start over. */
const dashCount = 4;
/** Tones that are told apart without a dash pattern by everybody; see the palette of `@legend-fl/look`. */
const solidTones = 6;

/** All series of the experiments, in their order. */
export function listSeries(groups: readonly RunGroup[]): Series[] {
  const names = groups.map(strategyNames);
  const all = [...new Set(names.flat())];
  return groups.flatMap((group, index) =>
    strategyNames(group).map((strategy) => {
      const tone = 1 + (all.indexOf(strategy) % toneCount);
      const seeds = listSeeds(group, strategy);
      return {
        label: groups.length > 1 ? `${strategy} · ${group.name}` : strategy,
        strategy,
        targetAccuracy: seeds[0]?.summary.targetAccuracy ?? null,
        tone,
        dash: groups.length > 1 ? index % dashCount : Number(tone > solidTones),
        group,
        seeds,
      };
    }),
  );
}

/** The names of all strategies that some seed has finished. */
function strategyNames({ runs }: RunGroup): string[] {
  return [...new Set(runs.flatMap(({ summary }) => summary.strategies.map(({ name }) => name)))];
}

function listSeeds({ runs }: RunGroup, strategy: string): SeedRun[] {
  return runs.flatMap((run) => {
    const summary = run.summary.strategies.find(({ name }) => name === strategy);
    return summary === undefined
      ? []
      : { seed: seedOf(run), run, summary, rounds: run.rounds?.get(strategy) ?? [] };
  });
}
