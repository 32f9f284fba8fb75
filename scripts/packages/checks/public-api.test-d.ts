/**
 * Types of stable names, compiled as part of a project that has the packages installed. A line that stops compiling here
 * breaks somebody's program: it takes a new major version (while that is 0, a minor one), and a note in CHANGELOG.md.
 */
import { type Adapter, adapterBytes, type ModelFiles, memoryFiles, type Tensor } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { InputError, type Random, seededRandom } from '@legend-fl/base';
import { type ResolvedModel, resolveData, resolveModel } from '@legend-fl/catalogue';
import type { DataSource, Dataset, Example } from '@legend-fl/data';
import { readExamples, readTrainTest } from '@legend-fl/data/node';
import type { DeviceEvent } from '@legend-fl/device';
import { type JoinOptions, type JoinOutcome, joinRun } from '@legend-fl/device/node';
import { createAdapter, type LoraSpecification } from '@legend-fl/lora';
import { readPeftAdapter, writeMergedModel, writePeftAdapter } from '@legend-fl/lora/node';
import {
  createStrategy,
  type RankOptions,
  rankDistribution,
  type Strategy,
  type StrategyOptions,
} from '@legend-fl/method';
import { type Architecture, loadTokenizer, type Model, openModel, type Tokenizer } from '@legend-fl/models';
import { describeProtocol, PROTOCOL_VERSION } from '@legend-fl/protocol';
import { readRuns, renderReport } from '@legend-fl/report';
import type { Summary } from '@legend-fl/runs';
import { readSummary } from '@legend-fl/runs/node';
import type { StrategyFactory } from '@legend-fl/simulator';
import {
  type FineTuned,
  type FineTuning,
  fineTune,
  type Runtime,
  type TextExample,
} from '@legend-fl/trainer';
import { nodeRuntime } from '@legend-fl/trainer/node';
import { chooseWebRuntime, webRuntime } from '@legend-fl/trainer/web';
import { type TrainedAdapter, type TrainOptions, trainAdapter } from 'legend-fl';

/** What a name has to be assignable to, for as long as it is stable. */
export const kept: {
  trainAdapter(options: TrainOptions): Promise<TrainedAdapter>;
  fineTune(
    model: Model,
    runtime: Runtime,
    examples: readonly TextExample[],
    tuning: FineTuning,
  ): Promise<FineTuned>;
  nodeRuntime(settings: { readonly threads: number }): Runtime;
  chooseWebRuntime(settings: { readonly wasmPaths: string }): Promise<Runtime>;
  webRuntime(settings: {
    readonly provider: 'wasm' | 'webgpu';
    readonly threads: number;
    readonly wasmPaths: string;
  }): Promise<Runtime>;
  folderFiles(folder: string): ModelFiles;
  memoryFiles(files: ReadonlyMap<string, Uint8Array>, place: string): ModelFiles;
  adapterBytes(adapter: Adapter): number;
  seededRandom(seed: number, ...labels: readonly (string | number)[]): Random;
  resolveModel(ref: string): Promise<ResolvedModel>;
  resolveData(ref: string): Promise<DataSource>;
  readExamples(source: DataSource, reading: object): Promise<Dataset>;
  readTrainTest(
    source: DataSource,
    reading: object,
  ): Promise<{ readonly train: Dataset; readonly test: Dataset }>;
  openModel(files: ModelFiles, options: { readonly classes?: number; readonly seed: number }): Promise<Model>;
  loadTokenizer(files: ModelFiles): Promise<Tokenizer>;
  createAdapter(
    architecture: Architecture,
    specification: LoraSpecification,
    head: ReadonlyMap<string, Tensor>,
    seed: number,
  ): Adapter;
  readPeftAdapter(folder: string, architecture: Architecture): Promise<Adapter>;
  writePeftAdapter(
    folder: string,
    adapter: Adapter,
    architecture: Architecture,
    about: { readonly baseModel: string | null },
  ): Promise<void>;
  writeMergedModel(
    folder: string,
    model: Model,
    adapter: Adapter,
    classes: readonly string[] | undefined,
  ): Promise<void>;
  createStrategy(name: string, options: StrategyOptions): Strategy;
  rankDistribution(options: RankOptions, blocks: number): readonly number[];
  joinRun(options: JoinOptions): Promise<JoinOutcome>;
  readSummary(folder: string): Promise<Summary>;
  describeProtocol(): Record<string, unknown>;
} = {
  trainAdapter,
  fineTune,
  nodeRuntime,
  chooseWebRuntime,
  webRuntime,
  folderFiles,
  memoryFiles,
  adapterBytes,
  seededRandom,
  resolveModel,
  resolveData,
  readExamples,
  readTrainTest,
  openModel,
  loadTokenizer,
  createAdapter,
  readPeftAdapter,
  writePeftAdapter,
  writeMergedModel,
  createStrategy,
  rankDistribution,
  joinRun,
  readSummary,
  describeProtocol,
};

export const page: string = await renderReport(await readRuns(['run']));
export const version: number = PROTOCOL_VERSION;
export const example: Example = { text: 'a joy', label: 1 };
export const factory: StrategyFactory = (options) => createStrategy('legend', options);

export function describe(event: DeviceEvent, error: unknown): string {
  return error instanceof InputError ? `${event.type}: ${error.code}, ${error.message}` : event.type;
}

// @ts-expect-error a model is not left out
void trainAdapter({ data: 'reviews.jsonl', out: 'adapter' });
// @ts-expect-error nor is an optimizer made up
void trainAdapter({ model: 'm', data: 'd', out: 'o', optimizer: 'adam' });
// @ts-expect-error threads are a number
nodeRuntime({ threads: '2' });
