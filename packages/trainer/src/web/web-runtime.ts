import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { LoadedGraph, Outputs, Runtime, RuntimeTensor } from '../runtime/runtime.ts';
import { keepOnDevice } from './device-memory.ts';
import { findGraphicsAdapter } from './graphics-adapter.ts';

export interface WebRuntimeSettings {
  readonly provider: 'wasm' | 'webgpu';
  /** Threads of WebAssembly, at least 1. More than one needs a page that is isolated from other origins. */
  readonly threads: number;
  /**
   * Address of the folder where the page finds ONNX Runtime's own files, as absolute URL that ends in a slash: the
   * two of onnxruntime-web/dist named `ort-wasm-simd-threaded` (wasm) or `ort-wasm-simd-threaded.asyncify` (webgpu),
   * each with `.mjs` and `.wasm`.
   */
  readonly wasmPaths: string;
}

/**
 * ONNX Runtime in a browser, best in a worker, since WebAssembly blocks its thread while it computes. All runtimes of
 * a provider share one instance of ONNX Runtime, so the first one's threads and address hold for all.
 * @throws Error when the browser cannot provide it
 */
export async function webRuntime({ provider, threads, wasmPaths }: WebRuntimeSettings): Promise<Runtime> {
  // The WebAssembly build without WebGPU is half as large.
  const ort = await (provider === 'wasm' ? import('onnxruntime-web/wasm') : import('onnxruntime-web/webgpu'));
  ort.env.wasm.wasmPaths = wasmPaths;
  ort.env.wasm.numThreads = threads;
  const adapter = provider === 'webgpu' ? await findGraphicsAdapter() : undefined;
  if (provider === 'webgpu' && !adapter) throw new Error('this browser has no graphics adapter for WebGPU');
  if (adapter) ort.env.webgpu.adapter = adapter as typeof ort.env.webgpu.adapter;

  const wrap = (tensor: RuntimeTensor): Tensor =>
    tensor.dtype === 'int32'
      ? new ort.Tensor('int32', tensor.data, tensor.dims)
      : new ort.Tensor('float32', tensor.data, tensor.dims);
  const toInput = provider === 'webgpu' ? keepOnDevice(ort, wrap) : wrap;

  const load = async (model: Uint8Array<ArrayBuffer>): Promise<LoadedGraph> => {
    const session = await enqueue(() =>
      ort.InferenceSession.create(model, {
        executionProviders: [provider],
        // As in Node: our own passes have run.
        graphOptimizationLevel: 'disabled',
        executionMode: 'sequential',
        enableCpuMemArena: true,
        // Shapes change from batch to batch.
        enableMemPattern: false,
        // Errors alone: warnings tell of nodes that run on the processor by design. What fails rejects all the same.
        logSeverityLevel: 3,
      }),
    );
    return {
      run: (feeds) =>
        enqueue(async () => {
          const inputs: Record<string, Tensor> = {};
          for (const [name, tensor] of feeds) inputs[name] = await toInput(tensor);
          return takeOutputs(await session.run(inputs));
        }),
    };
  };
  const place = adapter
    ? `webgpu, ${adapter.info.vendor} ${adapter.info.architecture}`
    : `wasm, ${threads} threads`;
  return { provider, identity: `onnxruntime-web ${ort.env.versions.web}, ${place}`, load };
}

/** The results, which ONNX Runtime has copied out of its own memory, with nothing of it left behind. */
function takeOutputs(results: InferenceSession.OnnxValueMapType): Outputs {
  return new Map(
    Object.entries(results).map(([name, tensor]) => {
      const { dims, data } = tensor;
      if (!(data instanceof Float32Array)) throw new TypeError(`output ${name} is not float32`);
      tensor.dispose();
      return [name, { dims, data }];
    }),
  );
}

let last: Promise<unknown> = Promise.resolve();

/** Does one task after the other, whatever runtime it is for: ONNX Runtime cannot begin one inside another. */
function enqueue<T>(task: () => Promise<T>): Promise<T> {
  const result = last.then(task);
  last = result.catch(() => {});
  return result;
}
