import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '@legend-fl/base/testing';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { testdataFolder } from '../golden.fixture.ts';
import type { LocalTask } from '../train-locally.ts';
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './training-worker.fixture.ts';

/** A page in a real Chromium whose workers train. */
export interface TrainingPage {
  /** Starts a worker; without settings its runtime is the browser's choice. */
  startWorker(runtime?: WorkerStart['runtime']): Promise<TrainingWorker>;
  /** Everything that was written to the console. */
  readonly consoleLines: string[];
  close(): Promise<void>;
}

export interface TrainingWorker {
  /** Trains on the sentences, three steps where the changes say nothing else. */
  train(changes: Partial<LocalTask>): Promise<WorkerAnswer>;
  /** Loads a graph, an ONNX file. */
  load(graph: readonly number[]): Promise<WorkerAnswer>;
}

/** Without these a page has no shared memory, and WebAssembly no threads. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};
/** WebGPU on the processor: slow, and there on every machine. */
const SOFTWARE_GRAPHICS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** @param isolated whether the page is isolated from other origins */
export async function openTrainingPage({ isolated }: { readonly isolated: boolean }): Promise<TrainingPage> {
  const bundle = await bundleWorker();
  const runtimeFolder = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web/wasm')));
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    const [, place = '', name = ''] = /^\/(?:(\w+)\/)?([\w.-]*)$/.exec(path) ?? [];
    switch (place) {
      case 'worker':
        return bundle.get(name);
      case 'runtime':
        return readFile(join(runtimeFolder, name));
      case 'model':
        return readFile(join(testdataFolder('models/bert'), name));
      default:
        return name === ''
          ? new TextEncoder().encode('<!doctype html><title>Training</title><link rel="icon" href="data:,">')
          : undefined;
    }
  };
  const server = createServer(async ({ url = '' }, response) => {
    const content = await read(url).catch(() => undefined);
    const type = TYPES[extname(url)] ?? 'text/html';
    response.writeHead(content ? 200 : 404, { 'content-type': type, ...(isolated && ISOLATION) });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-background-networking', ...SOFTWARE_GRAPHICS],
  });
  const page = await browser.newPage();
  const consoleLines: string[] = [];
  page.on('console', (message) => consoleLines.push(message.text()));
  await page.goto(address);
  return {
    startWorker: async (runtime) => {
      const worker = await page.evaluateHandle(startWorker, `${address}worker/training-worker.fixture.js`);
      const start: WorkerStart = { address, ...(runtime && { runtime }) };
      return {
        train: (changes) => worker.evaluate(askWorker, { ...start, changes }),
        load: (graph) => worker.evaluate(askWorker, { ...start, graph, changes: {} }),
      };
    },
    consoleLines,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** What is used of a page's Worker, which the types of Node lack. */
interface PageWorker {
  onmessage: (event: { readonly data: WorkerAnswer }) => void;
  onerror: (event: { readonly message: string }) => void;
  postMessage(request: WorkerRequest): void;
}

/** Runs in the page. */
function startWorker(url: string): PageWorker {
  const { Worker } = globalThis as unknown as {
    readonly Worker: new (url: string, options: { readonly type: 'module' }) => PageWorker;
  };
  return new Worker(url, { type: 'module' });
}

/** Runs in the page. */
function askWorker(worker: PageWorker, request: WorkerRequest): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  });
}

/** The worker's script and its parts by name. */
async function bundleWorker(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./training-worker.fixture.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    splitting: true,
    write: false,
    outdir: '/',
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(1), contents]));
}
