/** Per device: the times, ascending, at which it reaches depth 1, 2, … */
type Reaches = readonly (readonly number[])[];

/** At most: enough that few deadlines share a bin with the best one, few enough for a processor's cache. */
const MOST_BINS = 16_384;

/**
 * The deadline D ≥ `earliest` with the greatest P(D)/D, the earliest among equals; D is `earliest` or one of the times
 * at which some device reaches some depth, and P(D) = Σ_k gain_k·(devices that reach depth k by D).
 *
 * Exact, in O(N log N) for N times and mostly in O(N): times are counted in bins; the rate in a bin is at least the one
 * at its last time and at most all its progress by its first; only bins that may hold the best are sorted and swept.
 * (Sorting everything takes longer than all the rest of a plan for a million devices.) The bounds hold in floating
 * point too, since sums of non-negative terms and quotients round in order.
 *
 * @param gains gain_1, gain_2, … at least zero, one for each depth reached
 */
export function findBestDeadline(reaches: Reaches, gains: readonly number[], earliest: number): number {
  const sure = countReached(reaches, gains.length, earliest);
  const floor = rateOf(sure, gains, earliest);
  const most = countReached(reaches, gains.length, Number.POSITIVE_INFINITY);
  const latest = findLatest(reaches, earliest, (seconds) => rateOf(most, gains, seconds) >= floor);
  if (latest === earliest) return earliest;
  const bins = fillBins(reaches, most, earliest, latest);
  const promising = findPromisingBins(bins, gains, sure, floor);
  return sweep(gains, { earliest, sure, floor }, bins, promising);
}

/** Entry k-1: devices that reach depth k by the deadline. */
function countReached(reaches: Reaches, depths: number, deadline: number): Float64Array {
  const counts = new Float64Array(depths);
  for (const reach of reaches) {
    for (let index = 0; index < reach.length && (reach[index] ?? 0) <= deadline; index++) {
      counts[index] = (counts[index] ?? 0) + 1;
    }
  }
  return counts;
}

/** P/D; no progress is none at whatever speed, also in no time. */
function rateOf(counts: Float64Array, gains: readonly number[], deadline: number): number {
  let progress = 0;
  for (let index = 0; index < counts.length; index++) progress += (gains[index] ?? 0) * (counts[index] ?? 0);
  return progress === 0 ? 0 : progress / deadline;
}

/** The latest time that is worthwhile, given that later ones never are where earlier ones aren't. */
function findLatest(reaches: Reaches, earliest: number, isWorthwhile: (seconds: number) => boolean): number {
  let latest = earliest;
  for (const reach of reaches) {
    for (const seconds of reach) {
      if (seconds > latest && isWorthwhile(seconds)) latest = seconds;
    }
  }
  return latest;
}

/** The times after `earliest` up to `latest`, in bins of equal width. */
interface Bins {
  readonly binOf: (seconds: number) => number;
  /** Times per bin and depth: entry bin·depths + k-1. */
  readonly counts: Uint32Array;
  /** Least and greatest time of each bin; infinity and 0 where it is empty. */
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** Calls `visit` with every time and its depth less one. */
  readonly visit: (visit: (seconds: number, index: number) => void) => void;
}

function fillBins(reaches: Reaches, reached: Float64Array, earliest: number, latest: number): Bins {
  const depths = reached.length;
  const size = Math.min(
    MOST_BINS,
    reached.reduce((sum, count) => sum + count, 0),
  );
  const scale = size / (latest - earliest);
  const bins: Bins = {
    binOf: (seconds) => Math.min(size - 1, Math.floor((seconds - earliest) * scale)),
    counts: new Uint32Array(size * depths),
    first: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
    last: new Float64Array(size),
    visit(visit) {
      for (const reach of reaches) {
        for (let index = 0; index < reach.length; index++) {
          const seconds = reach[index] ?? 0;
          if (seconds > earliest && seconds <= latest) visit(seconds, index);
        }
      }
    },
  };
  const { counts, first, last } = bins;
  bins.visit((seconds, index) => {
    const bin = bins.binOf(seconds);
    const entry = bin * depths + index;
    counts[entry] = (counts[entry] ?? 0) + 1;
    if (seconds < (first[bin] ?? 0)) first[bin] = seconds;
    if (seconds > (last[bin] ?? 0)) last[bin] = seconds;
  });
  return bins;
}

/** 1 for each bin that may hold the best deadline. */
function findPromisingBins(
  { counts, first, last }: Bins,
  gains: readonly number[],
  sure: Float64Array,
  floor: number,
): Uint8Array {
  const reached = sure.slice();
  const bounds = new Float64Array(last.length);
  let attained = floor;
  for (let bin = 0; bin < last.length; bin++) {
    if (last[bin] === 0) continue;
    addCounts(reached, counts, bin);
    bounds[bin] = rateOf(reached, gains, first[bin] ?? 0);
    attained = Math.max(attained, rateOf(reached, gains, last[bin] ?? 0));
  }
  return Uint8Array.from(bounds, (bound, bin) => (last[bin] !== 0 && bound >= attained ? 1 : 0));
}

/** Goes through the times of the promising bins in ascending order, counting those of the others in whole bins. */
function sweep(
  gains: readonly number[],
  {
    earliest,
    sure,
    floor,
  }: { readonly earliest: number; readonly sure: Float64Array; readonly floor: number },
  bins: Bins,
  promising: Uint8Array,
): number {
  const times: number[][] = gains.map(() => []);
  bins.visit((seconds, index) => {
    if (promising[bins.binOf(seconds)] === 1) times[index]?.push(seconds);
  });
  const columns = times.map((column) => Float64Array.from(column).sort());
  const reached = sure.slice();
  const positions = new Uint32Array(gains.length);
  let [best, bestRate, bin] = [earliest, floor, 0];
  for (;;) {
    let deadline = Number.POSITIVE_INFINITY;
    for (const [index, column] of columns.entries()) {
      deadline = Math.min(deadline, column[positions[index] ?? 0] ?? Number.POSITIVE_INFINITY);
    }
    if (deadline === Number.POSITIVE_INFINITY) return best;
    for (const end = bins.binOf(deadline); bin < end; bin++) {
      if (promising[bin] === 0) addCounts(reached, bins.counts, bin);
    }
    for (const [index, column] of columns.entries()) {
      for (
        let position = positions[index] ?? 0;
        (column[position] ?? Number.POSITIVE_INFINITY) <= deadline;
      ) {
        positions[index] = ++position;
        reached[index] = (reached[index] ?? 0) + 1;
      }
    }
    const rate = rateOf(reached, gains, deadline);
    if (rate > bestRate) [best, bestRate] = [deadline, rate];
  }
}

function addCounts(reached: Float64Array, counts: Uint32Array, bin: number): void {
  for (let index = 0; index < reached.length; index++) {
    reached[index] = (reached[index] ?? 0) + (counts[bin * reached.length + index] ?? 0);
  }
}
