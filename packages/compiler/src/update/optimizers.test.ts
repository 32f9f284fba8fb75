import { seededRandom } from '@legend-fl/base';
import { expect, test } from 'vitest';
import type { ConstantData, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { expectClose } from '../testing/expect-close.ts';
import { openGraph } from '../testing/open-graph.ts';
import { randomTensor } from '../testing/random-tensor.ts';
import { type AdamwOptions, adamw, sgd } from './optimizers.ts';

const STEPS = 6;
const dims = [3, 4];

/** A gradient per step: of usual size, then tiny, then with zeros, where ε and the corrections matter most. */
const gradients = Array.from({ length: STEPS }, (_, step) => {
  const { data } = randomTensor(seededRandom(step), dims);
  const scale = (index: number): number => (step % 3 === 0 ? 1 : step % 3 === 1 ? 1e-7 : index % 2);
  return data.map((element, index) => element * scale(index));
});
/** Learning rates of a schedule. */
const learningRates = [1e-2, 3e-2, 2e-2, 1e-2, 1e-3, 0];

test.each<AdamwOptions>([
  { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  { beta1: 0.9, beta2: 0.95, epsilon: 1e-3, weightDecay: 0 },
  { beta1: 0, beta2: 0.5, epsilon: 1e-6, weightDecay: 0.5 },
])('AdamW follows PyTorch over several steps: %j', async (options) => {
  const b = new GraphBuilder();
  const [parameter, firstMoment, secondMoment, gradient] = ['w', 'm', 'v', 'g'].map((name) =>
    b.input(name, 'float32', dims),
  ) as [Value, Value, Value, Value];
  const [learningRate, firstCorrection, secondCorrection] = ['rate', 'first', 'second'].map((name) =>
    b.input(name, 'float32', []),
  ) as [Value, Value, Value];
  const next = adamw(
    b,
    { parameter, firstMoment, secondMoment },
    gradient,
    { learningRate, firstCorrection, secondCorrection },
    options,
  );
  b.output('next.w', next.parameter);
  b.output('next.m', next.firstMoment);
  b.output('next.v', next.secondMoment);

  await using graph = await openGraph(b.graph());
  const start = randomTensor(seededRandom(99), dims).data;
  let state = { w: start, m: start.map(() => 0), v: start.map(() => 0) };
  const expected = { w: [...start], m: [...state.m], v: [...state.v] };
  for (let step = 1; step <= STEPS; step++) {
    const rate = learningRates[step - 1] ?? 0;
    const g = gradients[step - 1] ?? [];
    stepLikeTorch(expected, g, rate, step, options);
    const results = await graph.run({
      w: tensor(state.w),
      m: tensor(state.m),
      v: tensor(state.v),
      g: tensor(g),
      rate: scalar(rate),
      first: scalar(1 - options.beta1 ** step),
      second: scalar(1 - options.beta2 ** step),
    });
    state = {
      w: results['next.w']?.data ?? [],
      m: results['next.m']?.data ?? [],
      v: results['next.v']?.data ?? [],
    };
    expectClose(state.w, expected.w, 2e-6);
    expectClose(state.m, expected.m, 1e-6, Number.MIN_VALUE);
    expectClose(state.v, expected.v, 1e-6, Number.MIN_VALUE);
  }
  expect(expected.w).not.toEqual(start);
});

/** One step of torch.optim.AdamW (`_single_tensor_adamw`), element by element, in float64. */
function stepLikeTorch(
  { w, m, v }: { w: number[]; m: number[]; v: number[] },
  gradient: readonly number[],
  rate: number,
  step: number,
  { beta1, beta2, epsilon, weightDecay }: AdamwOptions,
): void {
  for (const [index, g] of gradient.entries()) {
    const decayed = (w[index] ?? 0) * (1 - rate * weightDecay);
    const mean = (m[index] ?? 0) + (g - (m[index] ?? 0)) * (1 - beta1);
    const variance = (v[index] ?? 0) * beta2 + g * g * (1 - beta2);
    const denominator = Math.sqrt(variance) / Math.sqrt(1 - beta2 ** step) + epsilon;
    w[index] = decayed - (rate / (1 - beta1 ** step)) * (mean / denominator);
    m[index] = mean;
    v[index] = variance;
  }
}

test.each([0, 0.1])('SGD follows PyTorch over several steps with weight decay %d', async (weightDecay) => {
  const b = new GraphBuilder();
  const [w, g] = [b.input('w', 'float32', dims), b.input('g', 'float32', dims)];
  b.output('next', sgd(b, w, g, b.input('rate', 'float32', []), weightDecay));
  await using graph = await openGraph(b.graph());
  let actual = randomTensor(seededRandom(99), dims).data as readonly number[];
  let expected = actual;
  for (const [step, gradient] of gradients.entries()) {
    const rate = learningRates[step] ?? 0;
    // torch.optim.SGD: g ← g + λw, w ← w - ηg
    expected = expected.map((value, index) => value - rate * ((gradient[index] ?? 0) + weightDecay * value));
    const results = await graph.run({ w: tensor(actual), g: tensor(gradient), rate: scalar(rate) });
    actual = results.next?.data ?? [];
    expectClose(actual, expected, 1e-6);
  }
});

function tensor(data: readonly number[]): ConstantData {
  return { dtype: 'float32', dims, data };
}

function scalar(value: number): ConstantData {
  return { dtype: 'float32', dims: [], data: [value] };
}
