import type { RoundView, RunView } from '@legend-fl/protocol';

/** What one run came to, beside others. */
export interface RunFigures {
  readonly run: RunView;
  readonly rounds: number;
  readonly finalAccuracy: number;
  readonly bestAccuracy: number;
  readonly finalLoss: number;
  readonly seconds: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Until `Comparison.reached` was reached. */
  readonly secondsToReached: number;
}

export interface Comparison {
  /** The best accuracy that each of the runs has reached. */
  readonly reached: number;
  readonly figures: readonly RunFigures[];
}

/** Figures of the runs that have finished a round; undefined where these are fewer than two. */
export function compareFigures(
  runs: readonly RunView[],
  roundsOf: ReadonlyMap<string, readonly RoundView[]>,
): Comparison | undefined {
  const begun = runs.flatMap((run) => {
    const rounds = roundsOf.get(run.id) ?? [];
    const last = rounds.at(-1);
    return last === undefined ? [] : [{ run, rounds, last, best: bestOf(rounds) }];
  });
  if (begun.length < 2) return undefined;
  const reached = Math.min(...begun.map(({ best }) => best));
  return {
    reached,
    figures: begun.map(({ run, rounds, last, best }) => ({
      run,
      rounds: rounds.length,
      finalAccuracy: last.accuracy,
      bestAccuracy: best,
      finalLoss: last.loss,
      seconds: last.seconds,
      bytesUp: sum(rounds.map(({ bytesUp }) => bytesUp)),
      bytesDown: sum(rounds.map(({ bytesDown }) => bytesDown)),
      secondsToReached: (rounds.find(({ accuracy }) => accuracy >= reached) ?? last).seconds,
    })),
  };
}

function bestOf(rounds: readonly RoundView[]): number {
  return Math.max(...rounds.map(({ accuracy }) => accuracy));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
