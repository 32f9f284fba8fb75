import type { Env, Tensor, TensorConstructor } from 'onnxruntime-web';
import type { RuntimeTensor } from '../runtime/runtime.ts';

/** What is used of WebGPU's GPUDevice and GPUBuffer, which the types of Node lack. */
interface GraphicsDevice {
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): GraphicsBuffer;
  readonly queue: { writeBuffer(buffer: GraphicsBuffer, offset: number, data: ArrayBufferView): void };
}

type GraphicsBuffer = Tensor.GpuBufferType & { destroy(): void };

/** GPUBufferUsage.COPY_SRC | COPY_DST | STORAGE */
const USAGE = 0x4 | 0x8 | 0x80;
/** Buffers of kernels that read four numbers at once end at such a multiple. */
const GRANULARITY_BYTES = 16;

/**
 * Turns a tensor into an input that lies on the graphics device when it is fed for the second time, so that frozen
 * weights cross once and a batch does not stay. Its elements may not change after that. The device's copy goes when
 * nobody holds the tensor any more.
 */
export function keepOnDevice(
  ort: { readonly env: Env; readonly Tensor: TensorConstructor },
  wrap: (tensor: RuntimeTensor) => Tensor,
): (tensor: RuntimeTensor) => Promise<Tensor> {
  const fedOnce = new WeakSet<RuntimeTensor>();
  const kept = new WeakMap<RuntimeTensor, Tensor>();
  const unreachable = new FinalizationRegistry<GraphicsBuffer>((buffer) => buffer.destroy());
  return async (tensor) => {
    const existing = kept.get(tensor);
    if (existing) return existing;
    if (!fedOnce.has(tensor)) {
      fedOnce.add(tensor);
      return wrap(tensor);
    }
    const { dtype, dims, data } = tensor;
    const device = (await ort.env.webgpu.device) as GraphicsDevice;
    const size = GRANULARITY_BYTES * Math.max(1, Math.ceil(data.byteLength / GRANULARITY_BYTES));
    const buffer = device.createBuffer({ size, usage: USAGE });
    device.queue.writeBuffer(buffer, 0, data);
    unreachable.register(tensor, buffer);
    const created = ort.Tensor.fromGpuBuffer(buffer, { dataType: dtype, dims });
    kept.set(tensor, created);
    return created;
  };
}
