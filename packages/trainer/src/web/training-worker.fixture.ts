import type { ModelFiles } from '@legend-fl/adapter';
import { memoryFiles } from '@legend-fl/adapter';
import type { Runtime } from '../runtime/runtime.ts';
import type { LocalTask } from '../train-locally.ts';
import { chooseWebRuntime } from './choose-web-runtime.ts';
import { memoryBytes } from './memory-use.fixture.ts';
import { type SentenceTraining, trainSentences } from './train-sentences.fixture.ts';
import { type WebRuntimeSettings, webRuntime } from './web-runtime.ts';

export interface WorkerStart {
  /** Where the page, ONNX Runtime's files (`runtime/`) and the model's (`model/`) are served. */
  readonly address: string;
  /** Without, the runtime is the browser's choice. */
  readonly runtime?: Omit<WebRuntimeSettings, 'wasmPaths'>;
}

/** What a page asks a worker: a training with these changes. */
export interface WorkerRequest extends WorkerStart {
  readonly changes: Partial<LocalTask>;
  /** To load this in place of any training. */
  readonly graph?: readonly number[];
}

export type WorkerAnswer =
  | {
      readonly kind: 'trained';
      readonly identity: string;
      readonly result: SentenceTraining;
      /** What the runtime held after each step. */
      readonly memoryBytes: readonly number[];
    }
  | { readonly kind: 'failed'; readonly message: string };

const MODEL_FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/** The part of a worker's global scope that is used here, which the types of Node lack. */
const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: WorkerRequest }) => Promise<void>;
  postMessage(answer: WorkerAnswer): void;
};

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage(await answer(data));
  } catch (error) {
    scope.postMessage({ kind: 'failed', message: error instanceof Error ? `${error.stack}` : String(error) });
  }
};

let opened: Promise<{ readonly runtime: Runtime; readonly files: ModelFiles }> | undefined;

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  opened ??= open(request);
  const { runtime, files } = await opened;
  if (request.graph) await runtime.load(Uint8Array.from(request.graph));
  const afterSteps: number[] = [];
  const result = await trainSentences(files, runtime, request.changes, () => afterSteps.push(memoryBytes()));
  return { kind: 'trained', identity: runtime.identity, result, memoryBytes: afterSteps };
}

async function open({ address, runtime: settings }: WorkerStart) {
  const contents = await Promise.all(
    MODEL_FILES.map(async (name): Promise<[string, Uint8Array]> => {
      const response = await fetch(`${address}model/${name}`);
      if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
      return [name, new Uint8Array(await response.arrayBuffer())];
    }),
  );
  const wasmPaths = `${address}runtime/`;
  const runtime = await (settings ? webRuntime({ ...settings, wasmPaths }) : chooseWebRuntime({ wasmPaths }));
  return { runtime, files: memoryFiles(new Map(contents), `${address}model`) };
}
