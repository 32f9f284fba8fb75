import type { Runtime } from '@legend-fl/trainer';
import { chooseWebRuntime, webRuntime } from '@legend-fl/trainer/web';
import type { DeviceChoice } from '../device-choice.ts';

/** What the device computes with, and what it is called, e.g. `wasm, 4 threads`. */
export async function openWebRuntime(
  choice: DeviceChoice['runtime'],
  wasmPaths: string,
): Promise<{ readonly runtime: Runtime; readonly about: string }> {
  const runtime = choice === 'wasm' ? await wasmRuntime(wasmPaths) : await chooseWebRuntime({ wasmPaths });
  const about = runtime.identity.replace(/^onnxruntime-web \S+, /, '').replace(/\b1 threads/, '1 thread');
  return { runtime, about: about.trim() };
}

function wasmRuntime(wasmPaths: string): Promise<Runtime> {
  const threads = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  return webRuntime({ provider: 'wasm', threads, wasmPaths });
}
