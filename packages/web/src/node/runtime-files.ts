import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ASSETS, assetHeaders } from './assets.ts';
import type { PageFile } from './page-file.ts';

/** What ONNX Runtime fetches by itself: for WebAssembly, and for WebGPU. */
const names = ['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify'].flatMap((name) => [
  `${name}.mjs`,
  `${name}.wasm`,
]);
const types: Readonly<Record<string, string>> = {
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** ONNX Runtime's own files, by path, in a folder that is named by their version. */
export async function findRuntimeFiles(): Promise<{
  readonly folder: string;
  readonly files: readonly (readonly [string, PageFile])[];
}> {
  const installed = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web/wasm')));
  const manifest: unknown = JSON.parse(await readFile(join(installed, '../package.json'), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(manifest);
  const folder = `${ASSETS}/onnxruntime-${version}/`;
  return {
    folder,
    files: names.map((name) => [
      `${folder}${name}`,
      { type: types[extname(name)] ?? '', path: join(installed, name), headers: assetHeaders },
    ]),
  };
}
