import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Adapter, restrictToDepth } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { seededRandom, sleep as wait } from '@legend-fl/base';
import { openModel } from '@legend-fl/models';
import type { RunForDevices, TrainAssignment } from '@legend-fl/protocol';
import { createDeviceKey, secureRandom } from '@legend-fl/protocol';
import { createInitialAdapter, encodeWholeStart } from '@legend-fl/runs';
import type { TextExample } from '@legend-fl/trainer';
import { nodeRuntime } from '@legend-fl/trainer/node';
import { memoryBlobCache } from '../blob-cache.ts';
import { type CoordinatorClient, connect } from '../client/coordinator-client.ts';
import type { DeviceEvent } from '../device-event.ts';
import type { DeviceOptions } from '../device-options.ts';
import { memoryStateStore } from '../device-state.ts';
import { engineTrainer } from '../engine-trainer.ts';
import { runDevice } from '../run-device.ts';
import { FaultyCoordinator } from './faulty-coordinator.ts';

/** A run of the tiny BERT (3 blocks, 3 classes) on a coordinator that breaks down, with one real device. */

const folder = fileURLToPath(new URL('../../../../testdata/models/bert', import.meta.url));
const modelFiles = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
export const classes = ['cold', 'warm', 'old'];

export const smallModel = await openModel(folderFiles(folder), { classes: classes.length, seed: 5 });
const targets = smallModel.architecture.defaultTargets;
export const globalAdapter = createInitialAdapter(
  smallModel,
  targets,
  { kind: 'lora', ranks: [1, 2, 3], alphas: [2, 4, 6] },
  5,
);

/** Texts whose class shows in the last word. */
export const texts: readonly TextExample[] = Array.from({ length: 30 }, (_, index) => {
  const random = seededRandom(1, 'text', index);
  const words = [
    ['cold', 'fog', 'rain'],
    ['warm', 'sunday', 'tomatoes'],
    ['old', 'museum', 'letters'],
  ];
  const label = index % 3;
  const start = ['the film was', 'it is', 'an open garden and'][random.integer(3)];
  return { text: `${start} ${words[label]?.[random.integer(3)]}`, label };
});

export class SmallRun {
  readonly server: FaultyCoordinator;
  readonly blobs = memoryBlobCache();
  readonly state = memoryStateStore();
  readonly events: DeviceEvent[] = [];
  readonly #key = createDeviceKey({ extractable: true });

  /** @param tls see `FaultyCoordinator` */
  constructor(tls?: ConstructorParameters<typeof FaultyCoordinator>[0]) {
    this.server = new FaultyCoordinator(tls);
  }

  async start(): Promise<void> {
    await this.server.start();
    const files = modelFiles
      .filter((name) => readdirSync(folder).includes(name))
      .map((name) => ({ name, ...this.server.offer(readFileSync(join(folder, name))) }));
    const run: RunForDevices = {
      run: 'run-1',
      name: 'Small',
      status: 'running',
      strategy: 'legend',
      rounds: 5,
      classes,
      base: { model: 'bert', sha256: files[1]?.sha256 ?? '', blocks: 3, files },
      step: { batchSize: 4, maxLength: 16, targets: [...targets] },
      seed: 5,
    };
    this.server.run = run;
  }

  /** An assignment of the round that starts from the adapter. */
  assign(
    round: number,
    changes: Partial<TrainAssignment> = {},
    from: Adapter = globalAdapter,
  ): TrainAssignment {
    const depth = changes.plan?.depth ?? 2;
    const down = changes.codec?.down ?? 'int8';
    const message = encodeWholeStart({ adapter: restrictToDepth(from, depth), merged: undefined }, down);
    const assignment: TrainAssignment = {
      kind: 'train',
      run: 'run-1',
      round,
      attempt: 1,
      strategy: 'legend',
      rounds: 5,
      plan: {
        id: 'device-1',
        depth,
        ranks: [2, 3],
        trunk: 'base',
        seconds: 1,
        memoryBytes: 1,
        bytesUp: 1,
        bytesDown: 1,
      },
      localSteps: 4,
      local: {
        batchSize: 4,
        maxLength: 16,
        optimizer: 'adamw',
        learningRate: 1e-2,
        weightDecay: 0.01,
        maxGradNorm: 1,
        warmupRounds: 0,
        schedule: 'linear',
        steps: 4,
      },
      trunkCache: null,
      codec: { up: 'int8', down },
      seed: 5,
      secondsLeft: 600,
      adapter: this.server.offer(message),
      lastCounted: null,
      ...changes,
    };
    this.server.assignments.push(assignment);
    return assignment;
  }

  /** Nothing comes after this. */
  finish(): void {
    this.server.assignments.push({ kind: 'finished', run: 'run-1', reason: 'all rounds done' });
  }

  async client(): Promise<CoordinatorClient> {
    const client = connect({
      url: this.server.url,
      key: await this.#key,
      fetch,
      now: Date.now,
      random: secureRandom,
      sleep,
    });
    await client.enrol(
      { token: 'lj_x', name: 'desk', runtime: { kind: 'node', about: 'cpu' } },
      { signal: new AbortController().signal },
    );
    return client;
  }

  /** Runs the device, anew each time, with what it kept. */
  async run(changes: Partial<DeviceOptions> = {}) {
    const { settings, ...rest } = changes;
    return runDevice({
      client: await this.client(),
      trainer: engineTrainer({ runtime: nodeRuntime({ threads: 1 }), about: 'cpu, 1 thread' }),
      data: async () => texts,
      blobs: this.blobs,
      state: this.state,
      sleep,
      onEvent: (event) => this.events.push(event),
      signal: new AbortController().signal,
      ...rest,
      settings: { run: 'run-1', memoryBytes: 1e9, heartbeatSeconds: 0.05, pollSeconds: 1, ...settings },
    });
  }

  eventsOf<Type extends DeviceEvent['type']>(type: Type): readonly Extract<DeviceEvent, { type: Type }>[] {
    return this.events.filter((event) => event.type === type) as Extract<DeviceEvent, { type: Type }>[];
  }
}

/** A hundredth of the time. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> => wait(ms / 100, signal);
