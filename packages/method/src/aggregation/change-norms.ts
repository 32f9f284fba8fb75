import { type Adapter, type AdapterModule, namedTensors, type Tensor } from '@legend-fl/adapter';

/** How far an update lies from what its device was given: the root mean square over the values that it moved. Plain JSON. */
export interface ChangeNorms {
  /** Entry l-1 belongs to block l; null where nothing was trained. */
  readonly blocks: readonly (number | null)[];
  readonly head: number;
}

/**
 * The change of each block, over all values of its modules, and of the head; in float64, so that even the squares of the
 * greatest float32 values are finite. It is a mean, so that devices of different ranks compare.
 *
 * @param start what the device was given
 * @param end what it sent, known to fit `start` (see `checkUpdate`): its trained blocks, the others empty, and the head
 */
export function changeNorms(start: Adapter, end: Adapter): ChangeNorms {
  return {
    blocks: end.blocks.map((block, index) => {
      const before = start.blocks[index];
      if (before === undefined || block.size === 0) return null;
      return rootMeanSquare(tensorsOf(before), tensorsOf(block));
    }),
    head: rootMeanSquare(start.head, end.head),
  };
}

function tensorsOf(block: ReadonlyMap<string, AdapterModule>): ReadonlyMap<string, Tensor> {
  return namedTensors({ blocks: [block], head: new Map() });
}

function rootMeanSquare(before: ReadonlyMap<string, Tensor>, after: ReadonlyMap<string, Tensor>): number {
  let [squares, values] = [0, 0];
  for (const [name, { data }] of after) {
    const from = before.get(name);
    if (from === undefined) throw new RangeError(`The update has ${name}, which its start lacks.`);
    if (from.data !== data) squares += squaredDistance(from.data, data);
    values += data.length;
  }
  return values === 0 ? 0 : Math.sqrt(squares / values);
}

/** Σ (after_i - before_i)². Four sums side by side: a single one waits for itself, which doubles the time. */
function squaredDistance(before: Float32Array, after: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = after.length - (after.length % 4);
  for (let index = 0; index < whole; index += 4) {
    const first = (after[index] ?? 0) - (before[index] ?? 0);
    const second = (after[index + 1] ?? 0) - (before[index + 1] ?? 0);
    const third = (after[index + 2] ?? 0) - (before[index + 2] ?? 0);
    const fourth = (after[index + 3] ?? 0) - (before[index + 3] ?? 0);
    a += first * first;
    b += second * second;
    c += third * third;
    d += fourth * fourth;
  }
  for (let index = whole; index < after.length; index++) {
    const last = (after[index] ?? 0) - (before[index] ?? 0);
    a += last * last;
  }
  return a + b + (c + d);
}
