import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ConstantData, DType, Graph } from '../graph/graph.ts';
import { encodeModel } from '../onnx/encode-model.ts';

export type Feeds = Readonly<Record<string, ConstantData>>;
export type Results = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: number[] }>>;

export interface OpenGraph extends AsyncDisposable {
  run(feeds: Feeds): Promise<Results>;
}

/** Loads a graph into ONNX Runtime's CPU provider with its own optimiser off, so that only our graph is tested. */
export async function openGraph(graph: Graph): Promise<OpenGraph> {
  const session = await InferenceSession.create(encodeModel(graph), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
  });
  return {
    run: async (feeds) => {
      const tensors = Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)] as const);
      const results = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(
        Object.entries(results).map(([name, { dims, data }]) => [
          name,
          { dims, data: Array.from(data as Float32Array | BigInt64Array, Number) },
        ]),
      );
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

/** Runs a graph once. */
export async function runGraph(graph: Graph, feeds: Feeds = {}): Promise<Results> {
  await using open = await openGraph(graph);
  return await open.run(feeds);
}

function toTensor({ dtype, dims, data }: ConstantData): Tensor {
  const typed: Record<DType, () => Tensor> = {
    float32: () => new Tensor('float32', Float32Array.from(data), dims),
    int8: () => new Tensor('int8', Int8Array.from(data), dims),
    int32: () => new Tensor('int32', Int32Array.from(data), dims),
    int64: () => new Tensor('int64', BigInt64Array.from(data, BigInt), dims),
    bool: () => new Tensor('bool', Uint8Array.from(data), dims),
  };
  return typed[dtype]();
}
