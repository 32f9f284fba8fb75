import { createHash } from 'node:crypto';
import type { Adapter } from '@legend-fl/adapter';
import type { DevicePlan, Plan, Strategy } from '@legend-fl/method';
import { type CodecSettings, encodeWholeStart, shareStarts } from '@legend-fl/runs';
import type { RunTensors } from '../settings/run-tensors.ts';
import { startOf } from './sum-updates.ts';

/** What a device of an attempt starts from. */
export interface Offer {
  readonly plan: DevicePlan;
  /** The coordinator's own values. */
  readonly start: Adapter;
  /** Of the message that brings them. */
  readonly sha256: string;
  readonly bytes: number;
}

/** What the devices of one attempt are offered, and who has fetched it. */
export class HandOut {
  readonly #offers: ReadonlyMap<string, Offer>;
  readonly #messages: ReadonlySet<string>;
  readonly #fetched = new Set<string>();

  constructor(offers: ReadonlyMap<string, Offer>) {
    this.#offers = offers;
    this.#messages = new Set([...offers.values()].map(({ sha256 }) => sha256));
  }

  find(device: string): Offer | undefined {
    return this.#offers.get(device);
  }

  /** Whether a blob is among the messages. */
  has(sha256: string): boolean {
    return this.#messages.has(sha256);
  }

  noteFetched(device: string): void {
    this.#fetched.add(device);
  }

  /** Bytes that the device has been sent. */
  bytesTo(device: string): number {
    return this.#fetched.has(device) ? (this.#offers.get(device)?.bytes ?? 0) : 0;
  }
}

/**
 * What each device of a plan is offered: messages that need nothing but the model to be read, made once for devices
 * that start from the same. The same plan and tensors give the same messages.
 * @param write stores a message
 */
export async function offerStarts(
  strategy: Strategy,
  plan: Plan,
  tensors: RunTensors,
  codec: CodecSettings,
  write: (message: Uint8Array) => Promise<unknown>,
): Promise<HandOut> {
  const { merged } = tensors.global;
  const unwritten: Uint8Array[] = [];
  const encode = shareStarts((start) => {
    const content = encodeWholeStart({ adapter: start, merged }, codec.down);
    unwritten.push(content);
    return { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.byteLength };
  });
  const offers = new Map<string, Offer>();
  for (const device of plan.devices) {
    const start = startOf(strategy, tensors, device);
    offers.set(device.id, { plan: device, start, ...encode(start, device, false) });
    for (const message of unwritten.splice(0)) await write(message);
  }
  return new HandOut(offers);
}
