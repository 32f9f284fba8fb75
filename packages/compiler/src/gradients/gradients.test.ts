import { describe, expect, test } from 'vitest';
import type { ConstantData } from '../graph/graph.ts';
import { buildCase, type GradientCase, gradientCases } from '../testing/gradient-cases.ts';
import { runGraph } from '../testing/run-graph.ts';
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
      const results = await runGraph(b.graph(), feeds);

      for (const [index, expected] of testCase.outputs.entries()) {
        expectClose(results[`y${index}`]?.data, expected.data, 1e-5);
      }
      for (const index of parameters.keys()) {
        const expected = testCase.inputGradients[index] as ConstantData;
        expect(results[`d${index}`]?.dims).toEqual(expected.dims);
        expectClose(results[`d${index}`]?.data, expected.data, 2e-5);
        expectClose(results[`d${index}`]?.data, await numericGradient(testCase, index), 2e-2);
      }
    },
  );
});

/** (loss(x + h·eᵢ) - loss(x - h·eᵢ))/2h for every element i of one input. */
async function numericGradient(testCase: GradientCase, index: number): Promise<number[]> {
  const { b, feeds } = buildCase(testCase);
  const graph = b.graph();
  const original = feeds[`x${index}`] as ConstantData;
  const slopes: number[] = [];
  for (const [element, value] of original.data.entries()) {
    const lossAt = async (shifted: number): Promise<number> => {
      const data = original.data.with(element, shifted);
      const results = await runGraph(graph, { ...feeds, [`x${index}`]: { ...original, data } });
      return results.loss?.data[0] ?? Number.NaN;
    };
    slopes.push(((await lossAt(value + STEP)) - (await lossAt(value - STEP))) / (2 * STEP));
  }
  return slopes;
}

/** Every |actual - expected| within `tolerance` of the larger of 1 and the largest expected magnitude. */
function expectClose(
  actual: readonly number[] | undefined,
  expected: readonly number[],
  tolerance: number,
): void {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  const worst = Math.max(
    0,
    ...expected.map((value, index) => Math.abs(value - (actual?.[index] ?? Number.NaN))),
  );
  expect(worst / scale).toBeLessThan(tolerance);
}
