import { InputError } from '@legend-fl/base';
import {
  type ChangeNorms,
  type CountedUpdate,
  changeNorms,
  checkUpdate,
  clipUpdate,
  createStrategy,
  type DevicePlan,
  type Plan,
  type StrategyOptions,
  type Update,
} from '@legend-fl/method';
import { decodeTrained, withTrunk } from '@legend-fl/runs';
import type { RunSettings } from '../settings/run-settings.ts';
import {
  decodeRunTensors,
  encodeRunTensors,
  nextTensors,
  type RunTensors,
  trunkOf,
} from '../settings/run-tensors.ts';
import { BlobReader } from '../store/blob-reader.ts';
import { BlobFolder } from '../store/blobs.ts';

/** An accepted update, as it is stored. */
export interface StoredUpdate {
  readonly deviceId: string;
  /** Of its message. */
  readonly sha256: string;
  readonly examples: number;
  readonly loss: number;
  /** What of it counts; all of it if left out. */
  readonly counted?: CountedUpdate;
}

/** All that a round's sum depends on; crosses to a worker thread. */
export interface SumTask {
  readonly strategy: { readonly name: string; readonly options: StrategyOptions };
  readonly trunk: RunSettings['trunk'];
  readonly plan: Plan;
  readonly blobsFolder: string;
  /** Of the tensors that the round began with. */
  readonly globalSha256: string;
  /** In the plan's order. */
  readonly updates: readonly StoredUpdate[];
}

export interface RoundSum {
  /** The tensors that the next round begins with, see `encodeRunTensors`. */
  readonly bytes: Uint8Array;
  /** Updates that turned out to be damaged, and why; the sum is of the others. */
  readonly leftOut: readonly { readonly deviceId: string; readonly reason: string }[];
}

/** Adds up a round's updates, read one at a time in the plan's order, so that memory does not grow with their number. */
export async function sumUpdates(task: SumTask): Promise<RoundSum> {
  const { plan, updates, globalSha256 } = task;
  const blobs = new BlobFolder(task.blobsFolder);
  const strategy = createStrategy(task.strategy.name, task.strategy.options);
  const before = decodeRunTensors(await blobs.read(globalSha256), 'the global state');
  const devices = new Map(plan.devices.map((device) => [device.id, device]));
  const reader = new BlobReader(blobs);
  const leftOut: { deviceId: string; reason: string }[] = [];
  let sum = strategy.begin(before.global, plan);
  for (const { deviceId, sha256, examples, loss, counted } of updates) {
    const device = devices.get(deviceId);
    if (device === undefined) continue;
    try {
      // What `add` gets are views of the bytes: it checks them, and keeps none.
      const bytes = reader.read(sha256);
      const start = startOf(strategy, before, device);
      const update = decodeMessage(start, bytes, device, { round: plan.round, examples, loss });
      sum = strategy.add(sum, counted === undefined ? update : clipUpdate(start, update, counted));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      leftOut.push({ deviceId, reason: error.message });
    }
  }
  const tensors = nextTensors(task, plan.round, before, strategy.finish(sum));
  return { bytes: encodeRunTensors(tensors), leftOut };
}

/** What a device starts from: the coordinator's own values, before any rounding of messages. */
export function startOf(
  strategy: Pick<ReturnType<typeof createStrategy>, 'deviceAdapter'>,
  tensors: RunTensors,
  device: DevicePlan,
): Update['adapter'] {
  return withTrunk(strategy.deviceAdapter(tensors.global, device), device, trunkOf(tensors));
}

/**
 * Checks the update that a device's message brings.
 * @param start see `startOf`
 * @returns how far it moves the adapter
 * @throws InputError where it is not exactly what the device was to train, or not finite
 */
export function checkMessage(
  start: Update['adapter'],
  bytes: Uint8Array,
  device: DevicePlan,
  about: Pick<Update, 'round' | 'examples' | 'loss'>,
): ChangeNorms {
  const update = decodeMessage(start, bytes, device, about);
  checkUpdate(start, update);
  return changeNorms(start, update.adapter);
}

/** The update that a device's message brings; its values are not checked and may be views of the bytes. */
function decodeMessage(
  start: Update['adapter'],
  bytes: Uint8Array,
  device: DevicePlan,
  { round, examples, loss }: Pick<Update, 'round' | 'examples' | 'loss'>,
): Update {
  const where = `the update of device ${device.id} in round ${round}`;
  const adapter = decodeTrained(start, bytes, device, where, { asViews: true });
  return { deviceId: device.id, round, depth: device.depth, examples, adapter, loss };
}
