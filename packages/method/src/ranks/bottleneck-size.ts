import {
  type Adapter,
  type AdapterModule,
  type BottleneckModule,
  matrixDims,
  rankOf,
  type Tensor,
} from '@legend-fl/adapter';
import { InputError, type Random, seededRandom } from '@legend-fl/base';

/** Bottlenecks of one width in the `depth` blocks nearest the output. */
export interface BottleneckSize {
  readonly depth: number;
  readonly width: number;
}

/** Throws InputError `bottlenecks-expected` for an adapter whose top block carries none. */
export function bottleneckSize({ blocks }: Adapter): BottleneckSize {
  const [[, top]] = listBottlenecks(blocks.at(-1));
  return { depth: blocks.filter((block) => block.size > 0).length, width: rankOf(top) };
}

/**
 * The adapter at this size, with the same effect: new rows of `down` are random, new columns of `up` zero, so that they
 * add nothing yet but learn. New blocks get bottlenecks at the top block's targets, with zero biases.
 *
 * Each row of `down` has a random stream of its own, by block, target and row: whoever extends gets the same numbers.
 *
 * @param size at least the adapter's own
 * @throws InputError `bottlenecks-expected` for an adapter whose top block carries none
 */
export function extendBottlenecks(adapter: Adapter, { depth, width }: BottleneckSize): Adapter {
  const top = listBottlenecks(adapter.blocks.at(-1));
  const lowest = adapter.blocks.length - depth;
  const blocks = adapter.blocks.map((block, index) => {
    if (index < lowest) return block;
    const modules = block.size > 0 ? listBottlenecks(block) : top.map(withoutWidth);
    return new Map(
      modules.map(([target, module]) => {
        const randomOf = (row: number) => seededRandom(0, 'bottleneck', index + 1, target, row);
        return [target, widen(module, width, randomOf)] as const;
      }),
    );
  });
  return { ...adapter, blocks };
}

type NamedBottleneck = readonly [target: string, module: BottleneckModule];

function listBottlenecks(
  block: ReadonlyMap<string, AdapterModule> = new Map(),
): readonly [NamedBottleneck, ...NamedBottleneck[]] {
  const [first, ...others] = [...block].flatMap(([target, module]): NamedBottleneck[] =>
    module.kind === 'bottleneck' ? [[target, module]] : [],
  );
  if (first !== undefined && others.length + 1 === block.size) return [first, ...others];
  throw new InputError({
    code: 'bottlenecks-expected',
    expected: 'bottlenecks and nothing else, in the block next to the output at least',
    got: block.size === 0 ? 'none' : 'LoRA',
    where: 'global adapter',
    todo: 'Start from the adapter that this strategy asks for.',
  });
}

/** Of width 0: what a new block starts from. */
function withoutWidth([target, { down, up, upBias }]: NamedBottleneck): NamedBottleneck {
  const [hidden] = matrixDims(up);
  const [, inputs] = matrixDims(down);
  return [
    target,
    {
      kind: 'bottleneck',
      down: { dims: [0, inputs], data: new Float32Array() },
      downBias: { dims: [0], data: new Float32Array() },
      up: { dims: [hidden, 0], data: new Float32Array() },
      upBias: { dims: upBias.dims, data: new Float32Array(hidden) },
    },
  ];
}

function widen(module: BottleneckModule, width: number, randomOf: (row: number) => Random): BottleneckModule {
  if (rankOf(module) === width) return module;
  return {
    ...module,
    down: growRows(module.down, width, randomOf),
    downBias: { dims: [width], data: growData(module.downBias.data, width) },
    up: growColumns(module.up, width),
  };
}

/** Half the range of the uniform numbers whose standard deviation is 0.02, as fresh bottlenecks have it. */
const BOUND = 0.02 * Math.sqrt(3);

/** [old, n] to [rows, n], the new rows random. */
function growRows(tensor: Tensor, rows: number, randomOf: (row: number) => Random): Tensor {
  const [old, columns] = matrixDims(tensor);
  const grown = growData(tensor.data, rows * columns);
  for (let row = old; row < rows; row++) {
    const random = randomOf(row);
    for (let column = 0; column < columns; column++) {
      grown[row * columns + column] = BOUND * (2 * random() - 1);
    }
  }
  return { dims: [rows, columns], data: grown };
}

/** [m, old] to [m, columns], the new columns zero. */
function growColumns(tensor: Tensor, columns: number): Tensor {
  const [rows, old] = matrixDims(tensor);
  const grown = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    grown.set(tensor.data.subarray(row * old, (row + 1) * old), row * columns);
  }
  return { dims: [rows, columns], data: grown };
}

/** The same values, then zeros. */
function growData(data: Float32Array, length: number): Float32Array {
  const grown = new Float32Array(length);
  grown.set(data);
  return grown;
}
