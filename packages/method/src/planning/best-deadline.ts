/** One depth, as the sweep goes through it. */
interface Column {
  readonly gain: number;
  /** The times after the earliest deadline at which devices reach the depth, ascending. */
  readonly seconds: Float64Array;
  /** Devices that reach it by the earliest deadline. */
  readonly sure: number;
  /** Of `seconds`, how many the sweep has passed. */
  passed: number;
}

/**
 * The deadline D ≥ `earliest` with the greatest P(D)/D, the earliest among equals; D is `earliest` or one of the times
 * at which some device reaches some depth, and P(D) = Σ_k gain_k·(devices that reach depth k by D).
 *
 * Sorts the times of each depth, then sweeps over all of them together, in O(N log N) for N times.
 *
 * @param reaches per device, the times at which it reaches depth 1, 2, …, finite and ascending
 * @param gains gain_1, gain_2, … at least zero, one for each depth reached
 */
export function findBestDeadline(
  reaches: readonly (readonly number[])[],
  gains: readonly number[],
  earliest: number,
): number {
  const columns = gains.map((gain, index) => ({ gain, ...sortTimes(reaches, index, earliest), passed: 0 }));
  let [best, bestRate] = [earliest, Number.NEGATIVE_INFINITY];
  for (let deadline = earliest; deadline < Number.POSITIVE_INFINITY; deadline = nextDeadline(columns)) {
    const progress = passDeadline(columns, deadline);
    // With no progress, the rate is zero however short the round.
    const rate = progress === 0 ? 0 : progress / deadline;
    if (rate > bestRate) [best, bestRate] = [deadline, rate];
  }
  return best;
}

function sortTimes(reaches: readonly (readonly number[])[], index: number, earliest: number) {
  const later: number[] = [];
  let sure = 0;
  for (const { [index]: seconds } of reaches) {
    if (seconds === undefined) continue;
    if (seconds > earliest) later.push(seconds);
    else sure++;
  }
  return { seconds: new Float64Array(later).sort(), sure };
}

/** Moves every column past the deadline. Returns P. */
function passDeadline(columns: readonly Column[], deadline: number): number {
  let progress = 0;
  for (const column of columns) {
    while ((column.seconds[column.passed] ?? Number.POSITIVE_INFINITY) <= deadline) column.passed++;
    progress += column.gain * (column.sure + column.passed);
  }
  return progress;
}

/** The earliest time that no column has passed; infinity after the last. */
function nextDeadline(columns: readonly Column[]): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { seconds, passed } of columns) next = Math.min(next, seconds[passed] ?? next);
  return next;
}
