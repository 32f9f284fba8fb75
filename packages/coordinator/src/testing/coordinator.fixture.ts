import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { folderFiles } from '@legend-fl/adapter/node';
import { seededRandom } from '@legend-fl/base';
import { loadTokenizer, openModel } from '@legend-fl/models';
import type { Assignment, TrainAssignment, UpdateReport } from '@legend-fl/protocol';
import { decodeWholeStart, encodeTrained, localTask } from '@legend-fl/runs';
import { Engine, type TokenizedDataset, tokenizeExamples, trainLocally } from '@legend-fl/trainer';
import { nodeRuntime } from '@legend-fl/trainer/node';
import { onTestFinished, vi } from 'vitest';
import { type CoordinatorOptions, openCoordinator } from '../open-coordinator.ts';
import type { Coordinator } from '../services/coordinator.ts';
import type { BaseModel, TestData } from '../settings/run-resources.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';

/** A coordinator with the smallest model, and devices that train for real, in this process. */

const modelFolder = fileURLToPath(new URL('../../../../testdata/models/bert/', import.meta.url));

export const tinyModel: BaseModel = {
  id: 'tiny',
  pretrainedName: 'tiny',
  folder: modelFolder,
  sha256: 'ab'.repeat(32),
};

const good = ['warm', 'fresh', 'best', 'surprising', 'tuned', 'remembered'];
const bad = ['awful', 'cold', 'tired', 'crooked', 'late', 'shaking'];
const neutral = ['the film was', 'its script is', 'an old story of', 'this play and', 'their garden in'];

/** Texts whose label shows in their last word. */
function examplesOf(count: number, seed: number): TestData['examples'] {
  const random = seededRandom(seed, 'tiny examples');
  return Array.from({ length: count }, (_, index) => {
    const words = index % 2 === 0 ? bad : good;
    const text = `${neutral[random.integer(neutral.length)]} ${words[random.integer(words.length)]}`;
    return { text, label: index % 2 };
  });
}

export const tinyData: TestData = { id: 'tiny', classes: ['bad', 'good'], examples: examplesOf(24, 2) };

/** Settings of a run that takes a moment. */
export function tinySettings(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    name: 'Tiny run',
    model: 'tiny',
    data: 'tiny',
    rounds: 2,
    seed: 7,
    minimumDevices: 3,
    minimumCohort: 1,
    gatherSeconds: 0,
    ranks: { kind: 'increasing', min: 1, max: 3 },
    local: { steps: 2, batchSize: 4, maxLength: 16, learningRate: 0.01 },
    ...changes,
  };
}

export interface Place {
  readonly dir: string;
  readonly store: Store;
  readonly coordinator: Coordinator;
}

export async function newDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'legend-coordinator-'));
}

/** Opens a coordinator in a folder, a new one by default. */
export async function openPlace(
  changes: Partial<CoordinatorOptions> & { readonly dir?: string } = {},
): Promise<Place> {
  const dir = changes.dir ?? (await newDir());
  const store = changes.store ?? (await openStore(join(dir, 'coordinator.sqlite')));
  const coordinator = await openCoordinator({
    dir,
    store,
    now: Date.now,
    log: () => {},
    resolveModel: async () => tinyModel,
    loadTestData: async () => tinyData,
    ...changes,
  });
  return { dir, store, coordinator };
}

const model = await openModel(folderFiles(modelFolder), { classes: 2, seed: 7 });
const tokenizer = await loadTokenizer(folderFiles(modelFolder));
/** All devices share one; a step is a pure function. */
const engine = new Engine(model, nodeRuntime({ threads: 1 }));

/** A device of a test: its number decides its examples and how fast it says that it is. */
export class TestDevice {
  readonly id: string;
  readonly run: string;
  readonly number: number;
  readonly dataset: TokenizedDataset;
  readonly examples: readonly number[];
  coordinator: Coordinator;
  readonly #trained = new Map<string, Promise<Trained>>();

  private constructor(coordinator: Coordinator, number: number, id: string, run: string) {
    this.coordinator = coordinator;
    this.number = number;
    this.id = id;
    this.run = run;
    const examples = examplesOf(8 + 4 * number, 10 + number);
    this.dataset = tokenizeExamples(tokenizer, examples, 16);
    this.examples = [...examples.keys()];
  }

  static async enrol(coordinator: Coordinator, run: string, number: number): Promise<TestDevice> {
    const { token } = await coordinator.forOperators.createToken({
      run,
      label: 'test',
      uses: 1,
      seconds: null,
    });
    const key = createHash('sha256').update(`key ${number}`).digest('base64url');
    const { device } = await coordinator.forDevices.enrol({
      token,
      publicKey: { kty: 'OKP', crv: 'Ed25519', x: key },
      name: `Device ${number}`,
      runtime: { kind: 'node', about: 'test' },
    });
    return new TestDevice(coordinator, number, device, run);
  }

  get capacity(): UpdateReport['capacity'] {
    return {
      forwardSecondsPerBlock: 0.01 * this.number,
      backwardSecondsPerBlock: 0.05 * this.number,
      uploadSecondsPerByte: 5e-6 * this.number,
      downloadSecondsPerByte: 2.5e-6 * this.number,
      memoryBytes: 1e9,
    };
  }

  async reportCapacity(): Promise<void> {
    const { run, capacity } = this;
    await this.coordinator.forDevices.reportCapacity(this.id, {
      run,
      capacity,
      examples: this.examples.length,
    });
  }

  async poll(waitMs = 10_000) {
    return this.coordinator.forDevices.nextAssignment(this.id, waitMs, new AbortController().signal);
  }

  /** Polls until there is something to train; undefined when the run is over. */
  async awaitTraining(): Promise<TrainAssignment | undefined> {
    for (;;) {
      const assignment = await this.poll();
      if (assignment?.kind === 'finished') return undefined;
      if (assignment?.kind === 'train') return assignment;
    }
  }

  /** The message that it would send after real training; of the same attempt it is trained once. */
  train(assignment: TrainAssignment): Promise<Trained> {
    const key = `${assignment.round}, ${assignment.attempt}`;
    const trained = this.#trained.get(key) ?? this.#train(assignment);
    this.#trained.set(key, trained);
    trained.catch(() => this.#trained.delete(key));
    return trained;
  }

  async #train(assignment: TrainAssignment): Promise<Trained> {
    const { round, attempt, plan, local, rounds, seed, trunkCache, localSteps, codec, run } = assignment;
    const blob = await this.coordinator.forDevices.findBlob(this.id, assignment.adapter.sha256);
    const start = decodeWholeStart(await readFile(blob.path), 'the start');
    const rule = trunkCache && { ...trunkCache, megabytes: 1 };
    const task = localTask({ local, rounds, seed, trunkCache: rule }, plan, start, {
      name: assignment.strategy,
      round,
      localSteps,
      deviceId: this.id,
      examples: this.examples,
    });
    const { adapter, losses } = await trainLocally(engine, this.dataset, task);
    const { bytes } = encodeTrained(start.adapter, adapter, plan, codec.up, new Map());
    const report: UpdateReport = {
      run,
      round,
      attempt,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      examples: this.examples.length,
      loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
      capacity: this.capacity,
      bytesDown: assignment.adapter.bytes,
      times: { download: 0.1, forward: 0.2, backward: 0.3, upload: 0.4 },
    };
    return { message: bytes, report };
  }

  /** @returns the message's hash */
  async upload(message: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(message).digest('hex');
    const { offset, complete } = await this.coordinator.forDevices.uploadState(this.id, sha256);
    if (complete) return sha256;
    const body = Readable.from([Buffer.from(message.subarray(offset))]);
    const length = message.byteLength;
    await this.coordinator.forDevices.appendUpload(this.id, { sha256, offset, length, body });
    return sha256;
  }

  async hand(report: UpdateReport): Promise<'accepted' | 'repeated'> {
    return (await this.coordinator.forDevices.submitUpdate(this.id, report)).status;
  }

  /** Answers with a score that depends on nothing but its number. */
  async score({ run, round, attempt }: Pick<Assignment & { kind: 'evaluate' }, 'run' | 'round' | 'attempt'>) {
    const score = { examples: 10 * this.number, correct: 5 + this.number, loss: 0.1 * this.number };
    return this.coordinator.forDevices.submitScore(this.id, { run, round, attempt, score });
  }

  /** Does what there is to do, once. @returns false when the run is over */
  async work(): Promise<boolean> {
    const assignment = await this.poll();
    if (assignment?.kind === 'finished') return false;
    if (assignment?.kind === 'evaluate') await this.score(assignment);
    if (assignment?.kind === 'train') {
      const { message, report } = await this.train(assignment);
      await this.upload(message);
      await this.hand(report);
    }
    return true;
  }

  /** Answers every assignment with an update of huge values, until the run is over. */
  async spoil(): Promise<void> {
    await this.reportCapacity();
    for (;;) {
      const assignment = await this.poll();
      if (assignment?.kind === 'finished') return;
      if (assignment?.kind === 'evaluate') await this.score(assignment);
      if (assignment?.kind !== 'train') continue;
      const { report, message } = await this.train(assignment);
      await this.hand({ ...report, sha256: await this.upload(withHugeValues(message)) });
    }
  }

  /** Takes part in everything until the run is over. */
  async takePart(): Promise<void> {
    await this.reportCapacity();
    while (await this.work());
  }
}

/** The message of an update with its last values, of the head, replaced by the greatest that float32 has. */
export function withHugeValues(message: Uint8Array): Uint8Array {
  const huge = message.slice();
  for (let at = huge.byteLength - 256; at < huge.byteLength; at += 4) {
    new DataView(huge.buffer).setFloat32(at, 3e38, true);
  }
  return huge;
}

export interface Trained {
  readonly message: Uint8Array;
  readonly report: UpdateReport;
}

/** Tensors and configuration of the adapter that a run has ended with. */
export async function finalAdapter({ dir }: Pick<Place, 'dir'>, run: string): Promise<string> {
  const files = ['adapter_model.safetensors', 'adapter_config.json', 'legend.json'];
  const contents = files.map((file) => readFile(join(dir, 'runs', run, 'adapter', file), 'latin1'));
  return createHash('sha256')
    .update((await Promise.all(contents)).join())
    .digest('hex');
}

/** Makes a run and enrols devices with the numbers 1 … count. */
export async function makeRun(
  { coordinator }: Pick<Place, 'coordinator'>,
  changes: Readonly<Record<string, unknown>> = {},
  count = 3,
): Promise<{ readonly run: string; readonly devices: readonly TestDevice[] }> {
  const { id } = await coordinator.forOperators.createRun(tinySettings(changes));
  const devices: TestDevice[] = [];
  for (let number = 1; number <= count; number++)
    devices.push(await TestDevice.enrol(coordinator, id, number));
  return { run: id, devices };
}

/** Has timers and dates run as ever, until the test ends. @returns lets so many seconds pass at once */
export function driveClock(): (seconds: number) => Promise<void> {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  onTestFinished(() => void vi.useRealTimers());
  return async (seconds) => void (await vi.advanceTimersByTimeAsync(1000 * seconds));
}

/** Waits until the coordinator shows what is expected of a run. */
export async function until(
  coordinator: Coordinator,
  run: string,
  holds: (view: RunView) => boolean,
): Promise<RunView> {
  for (;;) {
    const view = coordinator.forOperators.listRuns().find(({ id }) => id === run);
    if (view !== undefined && holds(view)) return view;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export type RunView = ReturnType<Coordinator['forOperators']['listRuns']>[number];

export const randomSha256 = () => randomBytes(32).toString('hex');
