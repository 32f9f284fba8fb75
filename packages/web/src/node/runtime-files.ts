import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSETS, assetHeaders, shortHash } from './assets.ts';
import type { PageFile } from './bundle-pages.ts';

/** What ONNX Runtime fetches by itself: for WebAssembly, and for WebGPU. */
const names = ['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify'].flatMap((name) => [
  `${name}.mjs`,
  `${name}.wasm`,
]);
const types: Readonly<Record<string, string>> = {
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** ONNX Runtime's own files, by path, in a folder whose name changes with them. */
export async function readRuntimeFiles(): Promise<{
  readonly folder: string;
  readonly files: readonly (readonly [string, PageFile])[];
}> {
  const installed = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web/wasm')));
  const contents = await Promise.all(names.map((name) => readFile(join(installed, name))));
  const [loader = ''] = contents;
  const folder = `${ASSETS}/onnxruntime-${shortHash(loader)}/`;
  return {
    folder,
    files: contents.map((bytes, index) => {
      const name = names[index] ?? '';
      return [`${folder}${name}`, { type: types[extname(name)] ?? '', bytes, headers: assetHeaders }];
    }),
  };
}
