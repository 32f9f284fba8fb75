import { seededRandom } from '@legend-fl/base';
import type { Adapter, AdapterModule, Tensor } from '../adapter.ts';

export interface SampleOptions {
  readonly seed: number;
  readonly blocks?: number;
  readonly hidden?: number;
  readonly rank?: number;
  /** Size of the values. */
  readonly scale?: number;
  /** Puts a bottleneck of this width after the last block's output. */
  readonly bottleneckWidth?: number;
}

/** An adapter of random values, uniform in ±scale: query and value of every block, plus a head of two classes. */
export function sampleAdapter({
  seed,
  blocks = 2,
  hidden = 20,
  rank = 3,
  scale = 1,
  bottleneckWidth = 0,
}: SampleOptions): Adapter {
  const random = seededRandom(seed, 'sample adapter');
  const tensor = (...dims: number[]): Tensor => ({
    dims,
    data: new Float32Array(dims.reduce((left, right) => left * right, 1)).map(
      () => scale * (2 * random() - 1),
    ),
  });
  const lora = (alpha: number): AdapterModule => ({
    kind: 'lora',
    alpha,
    a: tensor(rank, hidden),
    b: tensor(hidden, rank),
  });
  const block = (index: number): Map<string, AdapterModule> =>
    new Map([
      ['attention.self.query', lora(2 * rank)],
      ['attention.self.value', lora(rank + index / 10)],
    ]);
  const all = Array.from({ length: blocks }, (_, index) => block(index));
  if (bottleneckWidth > 0) {
    all.at(-1)?.set('output.dense', {
      kind: 'bottleneck',
      down: tensor(bottleneckWidth, hidden),
      downBias: tensor(bottleneckWidth),
      up: tensor(hidden, bottleneckWidth),
      upBias: tensor(hidden),
    });
  }
  return {
    blocks: all,
    head: new Map([
      ['classifier.weight', tensor(2, hidden)],
      ['classifier.bias', tensor(2)],
    ]),
  };
}
