import type { Adapter, EncodedUpdate, Residual } from '@legend-fl/adapter';
import { loadTokenizer } from '@legend-fl/models';
import type { TrainAssignment } from '@legend-fl/protocol';
import { decodeWholeStart, encodeTrained, localTask, type Start } from '@legend-fl/runs';
import { Engine, tokenizeExamples, trainLocally } from '@legend-fl/trainer';
import { nodeRuntime } from '@legend-fl/trainer/node';
import { holdOut } from '../hold-out.ts';
import { smallModel, texts } from './small-run.ts';

/** Makes what the device of a small run has to send, without any of the device's own code. */
export class ExpectedUpdates {
  readonly #blobs: ReadonlyMap<string, Uint8Array>;
  readonly #engine = new Engine(smallModel, nodeRuntime({ threads: 1 }));
  readonly #trained = new Map<string, Promise<{ readonly start: Start; readonly adapter: Adapter }>>();

  /** @param blobs what the coordinator offers, by SHA-256 */
  constructor(blobs: ReadonlyMap<string, Uint8Array>) {
    this.#blobs = blobs;
  }

  /** The update of an assignment, by a device that carries this residual. */
  async make(assignment: TrainAssignment, residual: Residual): Promise<EncodedUpdate> {
    const { round, localSteps, adapter, plan, codec } = assignment;
    // Another attempt at a round draws the same batches.
    const key = `${round} ${localSteps} ${adapter.sha256}`;
    const known = this.#trained.get(key);
    const training = known ?? this.#train(assignment);
    this.#trained.set(key, training);
    const { start, adapter: trained } = await training;
    return encodeTrained(start.adapter, trained, plan, codec.up, residual);
  }

  /** The messages of assignments whose updates all count, one after the other. */
  async messages(assignments: readonly TrainAssignment[]): Promise<readonly Uint8Array[]> {
    let residual: Residual = new Map();
    const messages: Uint8Array[] = [];
    for (const assignment of assignments) {
      const update = await this.make(assignment, residual);
      residual = update.residual;
      messages.push(update.bytes);
    }
    return messages;
  }

  async #train({ local, rounds, seed, trunkCache, plan, round, localSteps, adapter }: TrainAssignment) {
    const dataset = tokenizeExamples(await loadTokenizer(smallModel.files), texts, 16);
    const { training } = holdOut(texts.length, 0.1, { seed: 5, device: 'device-1' });
    const start = decodeWholeStart(this.#blobs.get(adapter.sha256) ?? new Uint8Array(), 'test');
    const occasion = { name: 'any', round, localSteps, deviceId: 'device-1', examples: training };
    const task = localTask({ local, rounds, seed, trunkCache }, plan, start, occasion);
    const result = await trainLocally(this.#engine, dataset, task);
    return { start, adapter: result.adapter };
  }
}
