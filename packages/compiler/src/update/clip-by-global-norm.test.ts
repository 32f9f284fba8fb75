import { test } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { expectClose } from '../testing/expect-close.ts';
import { openGraph } from '../testing/open-graph.ts';
import { clipByGlobalNorm, globalNorm } from './clip-by-global-norm.ts';

/** A graph that clips a gradient g [8] to `maxNorm`. */
function clipping(maxNorm: number) {
  const b = new GraphBuilder();
  const gradient = b.input('g', 'float32', [8]);
  const norm = globalNorm(b, gradient);
  b.output('norm', norm);
  b.output('clipped', clipByGlobalNorm(b, gradient, norm, maxNorm));
  return openGraph(b.graph());
}

const gradient = [1, -2, 3, -4, 0.5, 0, -1.5, 6];
const norm = Math.hypot(...gradient);

test.each([
  ['above the largest norm is scaled down to it', 1, 1],
  ['below the largest norm is left alone', 100, 1],
  ['of norm zero stays zero', 1, 0],
  ['of the largest norm, a small one, follows PyTorch, which adds 1e-6 to the norm', norm * 1e-4, 1e-4],
  ['that is tiny is not scaled up', 1, 1e-12],
])('a gradient %s', async (_, maxNorm, factor) => {
  await using graph = await clipping(maxNorm);
  const scaled = gradient.map((element) => element * factor);
  const results = await graph.run({ g: { dtype: 'float32', dims: [8], data: scaled } });

  const scale = Math.min(1, maxNorm / (norm * factor + 1e-6));
  const expected = scaled.map((element) => element * scale);
  expectClose(results.clipped?.data, expected, 1e-6, Number.MIN_VALUE);
  expectClose(results.norm?.data, [norm * factor], 1e-6, Number.MIN_VALUE);
});
