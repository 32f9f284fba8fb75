/** Counts the memory that ONNX Runtime, loaded after this, takes in a worker outside JavaScript's own. */
interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

interface GraphicsBuffer {
  readonly size: number;
  destroy(): void;
}

/** What is counted, which the types of Node lack. */
const scope = globalThis as unknown as {
  readonly WebAssembly: { Memory: new (descriptor: object) => WasmMemory };
  readonly GPUDevice?: { prototype: { createBuffer(descriptor: object): GraphicsBuffer } };
  readonly GPUBuffer?: { prototype: GraphicsBuffer };
};
const memories: WasmMemory[] = [];
let bufferBytes = 0;

/** Bytes of WebAssembly's memory, and of buffers on the graphics device that have not been destroyed. */
export function memoryBytes(): number {
  return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, bufferBytes);
}

const { WebAssembly, GPUDevice, GPUBuffer } = scope;
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: object) {
    super(descriptor);
    memories.push(this);
  }
};

if (GPUDevice && GPUBuffer) {
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  const alive = new WeakSet<GraphicsBuffer>();
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    alive.add(buffer);
    bufferBytes += buffer.size;
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    if (alive.delete(this)) bufferBytes -= this.size;
    destroy.call(this);
  };
}
