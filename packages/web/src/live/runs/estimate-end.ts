import type { RoundView, RunView } from '@legend-fl/protocol';

/** Rounds whose mean the estimate goes by: the last ones, as devices come and go. */
const MEAN_OF = 5;

/** When a run will have done all of its rounds, if they take as long as the last ones did. */
export interface EndEstimate {
  /** From now. */
  readonly seconds: number;
  /** Rounds that the mean is of. */
  readonly rounds: number;
}

/** Undefined while no round is finished, and where none is under way. */
export function estimateEnd(
  { status, rounds: planned }: Pick<RunView, 'status' | 'rounds'>,
  rounds: readonly Pick<RoundView, 'round' | 'finishedAt' | 'roundSeconds'>[],
  now: number,
): EndEstimate | undefined {
  const last = rounds.at(-1);
  if (status !== 'running' || last === undefined) return undefined;
  const recent = rounds.slice(-MEAN_OF - 1);
  const [first] = recent;
  // From end to end, so that the time in which devices gather counts; of a first round only its own time is known.
  const meanSeconds =
    first === undefined || recent.length < 2
      ? last.roundSeconds
      : (last.finishedAt - first.finishedAt) / 1000 / (recent.length - 1);
  const sinceLast = (now - last.finishedAt) / 1000;
  const left = planned - last.round;
  // A round that takes longer than the mean is about to end: the others are still to come.
  const seconds = Math.max(left * meanSeconds - sinceLast, (left - 1) * meanSeconds, 0);
  return { seconds, rounds: Math.max(1, recent.length - 1) };
}
