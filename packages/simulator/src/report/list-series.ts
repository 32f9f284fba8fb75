import type { Run } from '../run-folder/read-run.ts';
import type { RoundRecord } from '../run-folder/round-record.ts';
import type { StrategySummary } from '../run-folder/summary.ts';

/** One strategy of one run with how it is drawn: a tone per strategy, a dash pattern per run. */
export interface Series {
  /** The strategy's name, with the run's where there are several runs. */
  readonly label: string;
  /** 1 to 9. */
  readonly tone: number;
  /** 0 is a solid line. */
  readonly dash: number;
  readonly run: Run;
  readonly strategy: StrategySummary;
  readonly rounds: readonly RoundRecord[];
}

/** Tones and dash patterns that `page.css` has; more start over. */
const toneCount = 9;
const dashCount = 4;

/** All series of the runs, in their order. */
export function listSeries(runs: readonly Run[]): Series[] {
  const names = [...new Set(runs.flatMap(({ summary }) => summary.strategies.map(({ name }) => name)))];
  return runs.flatMap((run, index) =>
    run.summary.strategies.map((strategy) => ({
      label: runs.length > 1 ? `${strategy.name} · ${run.name}` : strategy.name,
      tone: 1 + (names.indexOf(strategy.name) % toneCount),
      dash: index % dashCount,
      run,
      strategy,
      rounds: run.rounds.get(strategy.name) ?? [],
    })),
  );
}
