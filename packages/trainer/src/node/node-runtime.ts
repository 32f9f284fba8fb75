import './disable-telemetry.ts';
import { cpus } from 'node:os';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import type { LoadedGraph, Runtime, RuntimeTensor } from '../runtime/runtime.ts';

/**
 * ONNX Runtime's CPU provider in Node. `run` blocks its thread, so use it in a worker.
 * A session is kept as long as the process, because releasing one leaks (microsoft/onnxruntime#25325).
 */
export function nodeRuntime({ threads }: { readonly threads: number }): Runtime {
  // Tensors over the same memory are made once: the frozen weights go into every run.
  const wrapped = new WeakMap<RuntimeTensor, Tensor>();
  const wrap = (tensor: RuntimeTensor): Tensor => {
    const existing = wrapped.get(tensor);
    if (existing) return existing;
    const { dims } = tensor;
    const created =
      tensor.dtype === 'int32'
        ? new Tensor('int32', tensor.data, dims)
        : new Tensor('float32', tensor.data, dims);
    wrapped.set(tensor, created);
    return created;
  };

  const load = async (model: Uint8Array<ArrayBuffer>): Promise<LoadedGraph> => {
    const session = await InferenceSession.create(model, {
      executionProviders: ['cpu'],
      // Our own passes have run; ONNX Runtime's would cost time and, measured, gain nothing.
      graphOptimizationLevel: 'disabled',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // An arena per session holds the peak of every depth at once, but without it each step asks the system for its
      // buffers anew: measured 1.15 times slower, and larger.
      enableCpuMemArena: true,
      // Shapes change from batch to batch.
      enableMemPattern: false,
    });
    return {
      run: async (feeds) => {
        const tensors = Object.fromEntries([...feeds].map(([name, tensor]) => [name, wrap(tensor)]));
        const results = await session.run(tensors);
        return new Map(
          Object.entries(results).map(([name, { dims, data }]) => {
            if (!(data instanceof Float32Array)) throw new TypeError(`output ${name} is not float32`);
            return [name, { dims, data }];
          }),
        );
      },
    };
  };
  const processor = `${process.arch} ${cpus()[0]?.model ?? ''}`;
  const identity = `onnxruntime-node ${env.versions.node}, ${threads} threads, ${processor}`;
  return { provider: 'cpu', identity, load };
}
