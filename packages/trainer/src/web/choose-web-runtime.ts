import type { Runtime } from '../runtime/runtime.ts';
import { findGraphicsAdapter } from './graphics-adapter.ts';
import { type WebRuntimeSettings, webRuntime } from './web-runtime.ts';

/**
 * The fastest runtime that this browser has: WebGPU where there is a graphics adapter that is not made of software,
 * else WebAssembly with as many threads as the processor has, or one where the page is not isolated from other
 * origins.
 */
export async function chooseWebRuntime({
  wasmPaths,
}: Pick<WebRuntimeSettings, 'wasmPaths'>): Promise<Runtime> {
  const adapter = await findGraphicsAdapter();
  const provider = adapter && !adapter.info.isFallbackAdapter ? 'webgpu' : 'wasm';
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  const threads = crossOriginIsolated === true ? navigator.hardwareConcurrency : 1;
  return webRuntime({ provider, threads, wasmPaths });
}
