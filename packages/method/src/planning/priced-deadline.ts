/** What depth k brings and costs, the same for all devices. Entry 0, a device that is left out: nothing. */
export interface DepthWorths {
  /** Importance of the blocks that depth k trains. */
  readonly gains: readonly number[];
  /** Price of the traffic of depth k, in seconds of a round. */
  readonly prices: readonly number[];
}

/** The depth for a device with these times of depth 1, 2, …; 0 to leave it out. */
export type DepthChoice = (seconds: readonly number[], deadline: number) => number;

export interface PricedDeadline {
  readonly deadline: number;
  readonly choose: DepthChoice;
}

/** What the sweeps of one search have in common. */
interface Search {
  /** Per device: the times of depth 1, 2, … */
  readonly times: readonly (readonly number[])[];
  readonly worths: DepthWorths;
  /** No deadline is before this one. */
  readonly earliest: number;
  readonly mayLeave: boolean;
}

/** Values closer than this share of all importance count as equal, so that rounding decides nothing. */
const GRAIN = 1e-12;

/**
 * The deadline D ≥ `earliest`, and a depth for each device that meets it, with the greatest
 *
 *   R = Σ_i gain(k_i) / (D + Σ_i price(k_i));
 *
 * among equals those with the least price, then the earliest deadline. Exact, by Dinkelbach's iteration (Management
 * Science 13(7), 1967): if R is the best rate that is known, a better one exists just where devices that each maximise
 * gain(k) - R·price(k) reach it under some deadline. That depends on R alone, not on other devices, so that one sweep
 * over all deadlines finds the best of these; its rate is the next R, until none is better.
 *
 * A sweep takes O(N log N) for N times. Rates rise superlinearly, so that few sweeps are enough. Deadlines by which even
 * all there is to gain would be slower than R are not looked at.
 *
 * @param start a deadline to begin with, the closer to the best the quicker
 * @return null where nobody gains anything
 */
export function findPricedDeadline(search: Search, start: number): PricedDeadline | null {
  let choose = chooseAt(0, search);
  let { rate } = evaluate(countDepths(search, choose, start), start, search.worths);
  if (rate === 0) return null;
  for (;;) {
    choose = chooseAt(rate, search);
    const found = sweep(search, rate, choose);
    if (found.rate <= rate) return { deadline: found.deadline, choose };
    rate = found.rate;
  }
}

/** The depth in time with the greatest gain(k) - R·price(k), the shallowest of equals. */
function chooseAt(rate: number, search: Search): DepthChoice {
  const values = valuesAt(rate, search);
  return (seconds, deadline) => {
    let best = 0;
    for (let depth = 1; depth <= seconds.length; depth++) {
      if ((seconds[depth - 1] ?? 0) <= deadline && (values[depth] ?? 0) > (values[best] ?? 0)) best = depth;
    }
    return best;
  };
}

/** In whole grains, so that comparing is transitive. */
function valuesAt(rate: number, { worths: { gains, prices }, mayLeave }: Search): readonly number[] {
  const grain = GRAIN * (gains.at(-1) ?? 0);
  const values = gains.map((gain, depth) => Math.round((gain - rate * (prices[depth] ?? 0)) / grain));
  return values.with(0, mayLeave ? 0 : Number.NEGATIVE_INFINITY);
}

/** Entry k: devices of depth k. */
function countDepths({ times, worths }: Search, choose: DepthChoice, deadline: number): Float64Array {
  const counts = new Float64Array(worths.gains.length);
  for (const seconds of times) {
    const depth = choose(seconds, deadline);
    counts[depth] = (counts[depth] ?? 0) + 1;
  }
  return counts;
}

/** From counts, so that the order of devices changes no bit. */
function evaluate(counts: Float64Array, deadline: number, { gains, prices }: DepthWorths) {
  let [progress, price] = [0, 0];
  for (let depth = 1; depth < counts.length; depth++) {
    const count = counts[depth] ?? 0;
    progress += count * (gains[depth] ?? 0);
    price += count * (prices[depth] ?? 0);
  }
  return { deadline, price, rate: progress === 0 ? 0 : progress / (deadline + price) };
}

/** The best of all deadlines if devices choose so. */
function sweep(search: Search, rate: number, choose: DepthChoice) {
  const { times, worths, earliest } = search;
  const counts = countDepths(search, choose, earliest);
  const changes = listChanges(search, rate, (times.length * (worths.gains.at(-1) ?? 0)) / rate);
  let best = evaluate(counts, earliest, worths);
  for (;;) {
    let deadline = Number.POSITIVE_INFINITY;
    for (const { seconds, next } of changes) deadline = Math.min(deadline, seconds[next] ?? deadline);
    if (deadline === Number.POSITIVE_INFINITY) return best;
    for (const change of changes) {
      const { from, to, seconds } = change;
      for (; (seconds[change.next] ?? Number.POSITIVE_INFINITY) <= deadline; change.next++) {
        counts[from] = (counts[from] ?? 0) - 1;
        counts[to] = (counts[to] ?? 0) + 1;
      }
    }
    const reached = evaluate(counts, deadline, worths);
    if (reached.rate > best.rate || (reached.rate === best.rate && reached.price < best.price))
      best = reached;
  }
}

/** Devices that have a better choice of depth from a deadline on. */
interface Change {
  readonly from: number;
  readonly to: number;
  /** One for each device, ascending. */
  readonly seconds: Float64Array;
  /** Of `seconds`, the first that the sweep has not passed. */
  next: number;
}

/** What `choose` changes with the deadline, after `earliest` and up to `latest`. */
function listChanges(search: Search, rate: number, latest: number): Change[] {
  const { times, worths, earliest } = search;
  const values = valuesAt(rate, search);
  const lists = new Map<number, number[]>();
  for (const seconds of times) {
    let from = 0;
    for (const to of depthsByTime(seconds)) {
      const [value, other] = [values[to] ?? 0, values[from] ?? 0];
      if (value < other || (value === other && to >= from)) continue;
      const time = seconds[to - 1] ?? 0;
      if (time > latest) break;
      if (time > earliest) {
        const key = from * worths.gains.length + to;
        const list = lists.get(key);
        if (list === undefined) lists.set(key, [time]);
        else list.push(time);
      }
      from = to;
    }
  }
  return [...lists].map(([key, seconds]) => ({
    from: Math.floor(key / worths.gains.length),
    to: key % worths.gains.length,
    seconds: Float64Array.from(seconds).sort(),
    next: 0,
  }));
}

/** 1, 2, … in ascending order of their times, which without a warm cache they are in already. */
function depthsByTime(seconds: readonly number[]): readonly number[] {
  const depths = Array.from(seconds, (_, index) => index + 1);
  const timeOf = (depth: number) => seconds[depth - 1] ?? 0;
  return depths.sort((one, other) => timeOf(one) - timeOf(other));
}
