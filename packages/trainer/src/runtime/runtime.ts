import type { ExecutionProvider } from '@legend-fl/compiler';

/** A dense tensor as it goes into a graph; `data.length` is the product of `dims`. */
export type RuntimeTensor =
  | { readonly dtype: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int32'; readonly dims: readonly number[]; readonly data: Int32Array };

/** Graph inputs by name. */
export type Feeds = ReadonlyMap<string, RuntimeTensor>;

/** Graph outputs by name; every output of ours is float32. */
export type Outputs = ReadonlyMap<string, { readonly dims: readonly number[]; readonly data: Float32Array }>;

/** A graph that is ready to run. */
export interface LoadedGraph {
  run(feeds: Feeds): Promise<Outputs>;
}

/** Executes ONNX graphs. One implementation per place where devices run: Node now, browsers later. */
export interface Runtime {
  readonly provider: ExecutionProvider;
  /** What computes: runtimes that say the same give the same bits. */
  readonly identity: string;
  load(model: Uint8Array<ArrayBuffer>): Promise<LoadedGraph>;
}
