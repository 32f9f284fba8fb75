import { seededRandom } from '@legend-fl/base';
import { describe, expect, test } from 'vitest';
import { differentiate } from '../gradients/differentiate.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { type Feeds, runGraph } from '../testing/open-graph.ts';
import { randomTensor } from '../testing/random-tensor.ts';
import { optimize } from './optimize.ts';
import { type QuantizedPart, quantizeKept } from './quantize-kept.ts';

const [ROWS, WIDTH, INNER, LAYERS] = [6, 16, 64, 3];
/** Rows of very different magnitude. */
const x = randomTensor(seededRandom(1, 'x'), [ROWS, WIDTH]);
const rowsApart = { ...x, data: x.data.map((value, at) => value * 10 ** (Math.floor(at / WIDTH) - 3)) };
const feeds: Feeds = Object.fromEntries([
  ['x', rowsApart],
  ...Array.from({ length: LAYERS }, (_, layer) => [
    [`up${layer}`, randomTensor(seededRandom(1, 'up', layer), [WIDTH, INNER])],
    [`down${layer}`, randomTensor(seededRandom(1, 'down', layer), [INNER, WIDTH])],
  ]).flat(),
]);

interface Built {
  readonly graph: Graph;
  readonly forwardNodes: number;
  readonly parts: readonly QuantizedPart[];
}

/** x ← x + gelu(x·up)·down three times, then Σ tanh(x)²; with the gradients of all matrices. */
function build(): Built {
  const b = new GraphBuilder();
  let state = b.input('x', 'float32', ['rows', WIDTH]);
  const parameters: Value[] = [];
  const layers = Array.from({ length: LAYERS }, (_, layer) => {
    const before = b.nodes.length;
    const up = b.input(`up${layer}`, 'float32', [WIDTH, INNER]);
    const down = b.input(`down${layer}`, 'float32', [INNER, WIDTH]);
    parameters.push(up, down);
    state = b.Add(state, b.MatMul(b.Gelu(b.MatMul(state, up)), down));
    return { nodes: new Set<Node>(b.nodes.slice(before)), output: state };
  });
  const ended = b.Tanh(state);
  const loss = b.ReduceSum(b.Mul(ended, ended), [0, 1], 0);
  b.output('loss', loss);
  const forwardNodes = b.nodes.length;
  const gradientOf = differentiate(b, loss, [...parameters, ...layers.map(({ output }) => output)]);
  for (const parameter of parameters) b.output(`d_${parameter.name}`, gradientOf.get(parameter) ?? parameter);
  const parts = layers.map((layer) => ({
    ...layer,
    outputGradient: gradientOf.get(layer.output) ?? layer.output,
  }));
  return { graph: b.graph(), forwardNodes, parts };
}

/** Bytes of what the nodes that `loss` depends on compute and other nodes read. */
function keptBytes(graph: Graph): number {
  const producer = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
  const forward = new Set<Node>();
  const visit = (value: Value | null | undefined): void => {
    const node = value && producer.get(value);
    if (!node || forward.has(node)) return;
    forward.add(node);
    for (const input of node.inputs) visit(input);
  };
  visit(graph.outputs.get('loss'));
  const later = graph.nodes.filter((node) => !forward.has(node)).flatMap(({ inputs }) => inputs);
  const kept = [...new Set(later)].filter((value) => value && forward.has(producer.get(value) as Node));
  return kept.reduce((sum, value) => {
    const elements = (value?.shape ?? []).reduce<number>(
      (product, dim) => product * (typeof dim === 'number' ? dim : ROWS),
      1,
    );
    return sum + elements * (value?.dtype === 'int8' ? 1 : 4);
  }, 0);
}

const relativeError = (actual: readonly number[] = [], expected: readonly number[] = []): number =>
  Math.hypot(...expected.map((value, at) => value - (actual[at] ?? Number.NaN))) / Math.hypot(...expected);

describe('parts that keep int8', () => {
  test('leave the forward pass to the bit, and the gradients within 2 %, but not equal', async () => {
    const { graph, forwardNodes, parts } = build();
    const exact = await runGraph(graph, feeds);
    const rough = await runGraph(
      optimize(quantizeKept(graph, forwardNodes, parts.slice(0, 2)), 'cpu'),
      feeds,
    );
    expect(rough.loss?.data).toEqual(exact.loss?.data);
    for (const name of Object.keys(exact).filter((output) => output !== 'loss')) {
      const error = relativeError(rough[name]?.data, exact[name]?.data);
      expect(error, name).toBeLessThan(0.02);
      expect(error > 1e-5, name).toBe(!name.endsWith('2'));
    }
  });

  test('keep fewer bytes, the more parts the fewer', () => {
    const { graph, forwardNodes, parts } = build();
    const bytes = [0, 1, 2, 3].map((count) =>
      keptBytes(optimize(quantizeKept(graph, forwardNodes, parts.slice(0, count)), 'cpu')),
    );
    for (const [count, amount] of bytes.slice(1).entries()) expect(amount).toBeLessThan(bytes[count] ?? 0);
    // int8 and a float32 scale per row, in place of float32; the loss and tanh stay.
    expect(bytes[3]).toBeLessThan(0.4 * (bytes[0] ?? 0));
  });

  test('compute every quantised value before their output, and restore none before its gradient', () => {
    const { graph, forwardNodes, parts } = build();
    const { nodes, outputs } = quantizeKept(graph, forwardNodes, parts);
    const producer = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
    const dependencies = (value: Value | null | undefined, found = new Set<Node>()): Set<Node> => {
      const node = value && producer.get(value);
      if (node && !found.has(node)) {
        found.add(node);
        for (const input of node.inputs) dependencies(input, found);
      }
      return found;
    };
    const forward = dependencies(outputs.get('loss'));
    const quantizing = nodes.filter(({ op }) => op === 'QuantizeLinear');
    // A layer reads its state twice, gelu's input and gelu's output; the first state is an input of the graph.
    expect(quantizing.length).toBe(3 * LAYERS - 1);
    expect(quantizing.every((node) => forward.has(node))).toBe(true);
    const restoring = nodes.filter(({ op }) => op === 'DequantizeLinear');
    expect(restoring.length).toBe(3 * LAYERS - 1);
    // Only backward nodes depend on the gradient of the topmost output: tanh's slope is the first of them.
    const slope = nodes.find((node) => node.op === 'Sub' && !forward.has(node));
    for (const node of restoring) {
      expect(forward.has(node)).toBe(false);
      expect(slope && dependencies(node.outputs[0]).has(slope)).toBe(true);
    }
  });

  test('restore a row of zeros as zeros', async () => {
    const { graph, forwardNodes, parts } = build();
    const zeros = { ...x, data: x.data.map(() => 0) };
    const results = await runGraph(quantizeKept(graph, forwardNodes, parts), { ...feeds, x: zeros });
    for (const { data } of Object.values(results)) expect(data.every((value) => value === 0)).toBe(true);
  });
});
