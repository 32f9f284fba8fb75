import { seededRandom } from '@legend-fl/base';
import { expect } from 'vitest';
import type { Graph } from '../graph/graph.ts';
import { expectClose } from './expect-close.ts';
import { runGraph } from './open-graph.ts';
import { randomTensor } from './random-tensor.ts';

/** Runs both graphs on the same random inputs and compares all outputs: to the bit where `tolerance` is 0. */
export async function expectSameResults(after: Graph, before: Graph, tolerance: number): Promise<void> {
  const feeds = Object.fromEntries(
    before.inputs.map(({ name, shape }) => [name, randomTensor(seededRandom(0, name), shape.map(Number))]),
  );
  const [expected, actual] = [await runGraph(before, feeds), await runGraph(after, feeds)];
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { dims, data }] of Object.entries(expected)) {
    expect(actual[name]?.dims).toEqual(dims);
    if (tolerance === 0) expect(actual[name]?.data).toEqual(data);
    else expectClose(actual[name]?.data, data, tolerance);
  }
}
