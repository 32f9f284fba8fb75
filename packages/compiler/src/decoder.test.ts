import { describe, expect, test } from 'vitest';
import { differentiate } from './gradients/differentiate.ts';
import type { ConstantData, Graph, Value } from './graph/graph.ts';
import { optimize } from './passes/optimize.ts';
import { buildDecoder, type Decoder } from './testing/build-decoder.ts';
import { decoderGolden } from './testing/decoder-golden.ts';
import { expectClose } from './testing/expect-close.ts';
import { type Feeds, openGraph } from './testing/open-graph.ts';

const symbolic = { batch: 'batch', seq: 'seq' } as const;

describe('a decoder agrees with transformers and PEFT in loss and all gradients', () => {
  test.each([
    ['as built', (graph: Graph) => graph],
    ['optimised for the CPU', (graph: Graph) => optimize(graph, 'cpu')],
    ['optimised for WebGPU', (graph: Graph) => optimize(graph, 'webgpu')],
  ])('%s', async (_, pass) => {
    await expectGolden(pass(trainingGraph(buildDecoder(symbolic), crossEntropy)), [0, 1]);
  });
});

describe('the loss over a large vocabulary can be computed in chunks', () => {
  test('of the vocabulary, with symbolic batch and sequence', async () => {
    await expectGolden(trainingGraph(buildDecoder(symbolic), vocabularyChunks(10)), [0, 1]);
  });

  test('of the tokens, where their number is fixed', async () => {
    await expectGolden(trainingGraph(buildDecoder({ batch: 2, seq: 7 }), tokenChunks(4)), [0]);
  });

  test('of the examples, where only the sequence is symbolic', async () => {
    await expectGolden(trainingGraph(buildDecoder({ batch: 2, seq: 'seq' }), exampleChunks), [0]);
  });
});

type Loss = (decoder: Decoder) => Value;

/** Σ w·(-log softmax(states·Eᵀ)[label]) */
function crossEntropy({ b, states, embeddings, labels, weights }: Decoder): Value {
  const logits = b.Gemm(states, embeddings, null, { transB: 1 });
  const picked = b.GatherElements(b.LogSoftmax(logits), labels, 1);
  return b.Neg(b.ReduceSum(b.Mul(picked, weights), [0, 1], 0));
}

/** The same as a sum over at most `size` tokens at a time. */
function tokenChunks(size: number): Loss {
  return (decoder) => {
    const { b, states } = decoder;
    const starts = startsOfChunks(Number(states.shape[0]), size);
    return sumOverChunks(decoder, starts, (x, start) => b.Slice(x, [start], [start + size], [0]));
  };
}

/** The same as a sum over one example at a time. */
function exampleChunks(decoder: Decoder): Value {
  const { b } = decoder;
  return sumOverChunks(decoder, [0, 1], (x, example) => {
    const perExample = b.Reshape(x, [2, 'seq', ...x.shape.slice(1)]);
    return b.Gather(perExample, b.constant('int64', [], [example]));
  });
}

function sumOverChunks(
  decoder: Decoder,
  starts: readonly number[],
  part: (x: Value, start: number) => Value,
): Value {
  const { b, states, labels, weights } = decoder;
  return starts
    .map((start) =>
      crossEntropy({
        ...decoder,
        states: part(states, start),
        labels: part(labels, start),
        weights: part(weights, start),
      }),
    )
    .reduce((sum, term) => b.Add(sum, term));
}

function startsOfChunks(length: number, size: number): readonly number[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, chunk) => chunk * size);
}

/**
 * The same with logits of at most `size` words at a time: -log softmax(x)[label] = lse(x) - x[label], and lse over all
 * words is the lse of the chunks' lse.
 */
function vocabularyChunks(size: number): Loss {
  return ({ b, states, embeddings, labels, weights }) => {
    /** log Σ exp(x), stable, by x₀ - log softmax(x)₀: [rows, n] → [rows, 1] */
    const logSumExp = (x: Value): Value =>
      b.Sub(b.Slice(x, [0], [1], [1]), b.Slice(b.LogSoftmax(x), [0], [1], [1]));
    const parts = startsOfChunks(Number(embeddings.shape[0]), size).map((start) =>
      logSumExp(b.Gemm(states, b.Slice(embeddings, [start], [start + size], [0]), null, { transB: 1 })),
    );
    const target = b.Gather(embeddings, b.Squeeze(labels, [1]));
    const score = b.ReduceSum(b.Mul(states, target), [1]);
    const losses = b.Sub(logSumExp(b.Concat(parts, 1)), score);
    return b.ReduceSum(b.Mul(losses, weights), [0, 1], 0);
  };
}

function trainingGraph(decoder: Decoder, lossOf: Loss): Graph {
  const { b, trained } = decoder;
  const loss = lossOf(decoder);
  b.output('loss', loss);
  for (const [{ name }, gradient] of differentiate(b, loss, [...trained.values()])) {
    b.output(`d.${name}`, gradient);
  }
  return b.graph();
}

/** Runs one graph on the golden's batches and compares everything within 1e-5 of the largest element. */
async function expectGolden(graph: Graph, batches: readonly number[]): Promise<void> {
  await using open = await openGraph(graph);
  for (const index of batches) {
    const golden = decoderGolden.batches[index];
    if (!golden) throw new Error(`no batch ${index}`);
    const results = await open.run(feedsOf(golden));
    expectClose(results.loss?.data, [golden.loss], 1e-5);
    expect(Object.keys(results)).toHaveLength(1 + Object.keys(golden.gradients).length);
    for (const [name, { dims, data }] of Object.entries(golden.gradients)) {
      expect(results[`d.${name}`]?.dims).toEqual(dims);
      expectClose(results[`d.${name}`]?.data, data, 1e-5, Number.MIN_VALUE);
    }
  }
}

function feedsOf({ inputIds, labels, weights }: (typeof decoderGolden.batches)[number]): Feeds {
  const seq = inputIds.dims[1] ?? 0;
  const parameters = Object.entries(decoderGolden.parameters).map(
    ([name, { dims, data }]): [string, ConstantData] => [name, { dtype: 'float32', dims, data }],
  );
  return {
    ...Object.fromEntries(parameters),
    input_ids: { dtype: 'int32', ...inputIds },
    labels: { dtype: 'int32', ...labels },
    weights: { dtype: 'float32', ...weights },
    position_ids: {
      dtype: 'int32',
      dims: [seq],
      data: Array.from({ length: seq }, (_, position) => position),
    },
  };
}
