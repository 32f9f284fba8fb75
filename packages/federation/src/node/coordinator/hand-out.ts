import { createHash } from 'node:crypto';
import type { Adapter } from '@legend/adapter';
import type { DevicePlan, Plan, Strategy } from '@legend/method';
import { type CodecSettings, encodeWholeStart, shareStarts } from '@legend/rounds';
import type { RunTensors } from './run-tensors.ts';
import { startOf } from './sum-updates.ts';

/** What a device of a round starts from. */
export interface Offer {
  readonly plan: DevicePlan;
  /** The coordinator's own values. */
  readonly start: Adapter;
  /** Of the message that brings them. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * What each device of a round is offered: messages that need nothing but the model to be read, made once for devices
 * that start from the same. The same plan and tensors give the same messages.
 * @param write stores a message
 */
export async function offerStarts(
  strategy: Strategy,
  plan: Plan,
  tensors: RunTensors,
  codec: CodecSettings,
  write: (message: Uint8Array) => Promise<unknown>,
): Promise<ReadonlyMap<string, Offer>> {
  const { merged } = tensors.global;
  const unwritten: Uint8Array[] = [];
  const encode = shareStarts((start) => {
    const content = encodeWholeStart({ adapter: start, merged }, codec.down);
    const sha256 = createHash('sha256').update(content).digest('hex');
    unwritten.push(content);
    return { sha256, bytes: content.byteLength };
  });
  const offers = new Map<string, Offer>();
  for (const device of plan.devices) {
    const start = startOf(strategy, tensors, device);
    const { sha256, bytes } = encode(start, device, false);
    offers.set(device.id, { plan: device, start, sha256, bytes });
    for (const message of unwritten.splice(0)) await write(message);
  }
  return offers;
}
