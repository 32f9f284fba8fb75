import { expect, test } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { expectClose } from '../testing/expect-close.ts';
import { openGraph } from '../testing/open-graph.ts';
import { clipByGlobalNorm, globalNorm } from './clip-by-global-norm.ts';

/** A graph that clips gradients g0 [2, 2], g1 [3] and g2 [] together to `maxNorm`. */
function clipping(maxNorm: number) {
  const b = new GraphBuilder();
  const gradients = [[2, 2], [3], []].map((dims, index) => b.input(`g${index}`, 'float32', dims));
  const { clipped, norm } = clipByGlobalNorm(b, gradients, maxNorm);
  for (const [index, gradient] of clipped.entries()) b.output(`clipped${index}`, gradient);
  b.output('norm', norm);
  b.output('globalNorm', globalNorm(b, gradients));
  return openGraph(b.graph());
}

const gradients = [[1, -2, 3, -4], [0.5, 0, -1.5], [6]];
const norm = Math.hypot(...gradients.flat());

test.each([
  ['above the largest norm are scaled down to it', 1, 1],
  ['below the largest norm are left alone', 100, 1],
  ['of norm zero stay zero', 1, 0],
  ['of the largest norm, a small one, follow PyTorch, which adds 1e-6 to the norm', norm * 1e-4, 1e-4],
  ['that are tiny are not scaled up', 1, 1e-12],
])('gradients %s', async (_, maxNorm, factor) => {
  await using graph = await clipping(maxNorm);
  const scaled = gradients.map((gradient) => gradient.map((element) => element * factor));
  const feed = (index: number, dims: readonly number[]) =>
    ({ dtype: 'float32', dims, data: scaled[index] ?? [] }) as const;
  const results = await graph.run({ g0: feed(0, [2, 2]), g1: feed(1, [3]), g2: feed(2, []) });

  const scale = Math.min(1, maxNorm / (norm * factor + 1e-6));
  for (const [index, gradient] of scaled.entries()) {
    const expected = gradient.map((element) => element * scale);
    expectClose(results[`clipped${index}`]?.data, expected, 1e-6, Number.MIN_VALUE);
  }
  expectClose(results.norm?.data, [norm * factor], 1e-6, Number.MIN_VALUE);
  expect(results.globalNorm).toEqual(results.norm);
});
