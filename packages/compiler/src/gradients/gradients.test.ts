import { describe, expect, test } from 'vitest';
import type { ConstantData } from '../graph/graph.ts';
import { expectClose } from '../testing/expect-close.ts';
import { buildCase, gradientCases } from '../testing/gradient-cases.ts';
import { type Feeds, type OpenGraph, openGraph } from '../testing/open-graph.ts';
import { differentiate } from './differentiate.ts';
import { differentiableOps } from './gradient-rules.ts';

/** Step of the central difference: large, because the functions run in float32. */
const STEP = 1e-2;

describe('every gradient rule', () => {
  test('has at least two cases', () => {
    const counts = Map.groupBy(gradientCases, (testCase) => testCase.op);
    expect(differentiableOps.filter((op) => (counts.get(op)?.length ?? 0) < 2)).toEqual([]);
  });

  test.for(gradientCases.map((testCase) => [`${testCase.op} ${testCase.name}`, testCase] as const))(
    '%s agrees with PyTorch and with central differences',
    async ([, testCase]) => {
      const { b, loss, parameters, feeds } = buildCase(testCase);
      const gradients = differentiate(b, loss, [...parameters.values()]);
      for (const [index, parameter] of parameters) {
        b.output(`d${index}`, gradients.get(parameter) ?? parameter);
      }
      await using graph = await openGraph(b.graph());
      const results = await graph.run(feeds);

      for (const [index, expected] of testCase.outputs.entries()) {
        expectClose(results[`y${index}`]?.data, expected.data, 1e-5);
      }
      for (const index of parameters.keys()) {
        const expected = testCase.inputGradients[index] as ConstantData;
        expect(results[`d${index}`]?.dims).toEqual(expected.dims);
        expectClose(results[`d${index}`]?.data, expected.data, 2e-5);
        expectClose(results[`d${index}`]?.data, await numericGradient(graph, feeds, `x${index}`), 2e-2);
      }
    },
  );
});

/** (loss(x + h·eᵢ) - loss(x - h·eᵢ))/2h for every element i of the input `name`. */
async function numericGradient(graph: OpenGraph, feeds: Feeds, name: string): Promise<number[]> {
  const original = feeds[name] as ConstantData;
  const lossAt = async (element: number, shifted: number): Promise<number> => {
    const data = original.data.with(element, shifted);
    const results = await graph.run({ ...feeds, [name]: { ...original, data } });
    return results.loss?.data[0] ?? Number.NaN;
  };
  const slopes: number[] = [];
  for (const [element, value] of original.data.entries()) {
    const [above, below] = [await lossAt(element, value + STEP), await lossAt(element, value - STEP)];
    slopes.push((above - below) / (2 * STEP));
  }
  return slopes;
}
