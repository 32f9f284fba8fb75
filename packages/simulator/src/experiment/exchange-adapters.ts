import type { Adapter, Residual } from '@legend-fl/adapter';
import type { DevicePlan } from '@legend-fl/method';
import { decodeStart, decodeTrained, encodeStart, encodeTrained, type Start } from '@legend-fl/runs';
import type { Experiment } from './experiment.ts';

/** A device's start as its message brought it, and the bytes of the message. */
export interface Received extends Start {
  readonly bytes: number;
}

/**
 * Sends a device its start, as a real message.
 * @param holdsTrunk whether it has the frozen lower blocks already
 */
export function sendDown(
  start: Start,
  plan: DevicePlan,
  codec: Experiment['codec']['down'],
  holdsTrunk: boolean,
): Received {
  const message = encodeStart(start, plan, codec, holdsTrunk);
  const bytes = message.byteLength;
  // Float32 messages are exact: decoding one would only copy it.
  if (codec === 'f32') return { ...start, bytes };
  // The lower blocks that it holds were rounded like the rest when they came: they are decoded from the whole message.
  const whole = holdsTrunk ? encodeStart(start, plan, codec, false) : message;
  return { ...decodeStart(whole, plan, { held: start, holdsTrunk: false, where: DOWN }), bytes };
}

/** An update as the coordinator receives it. */
export interface Sent {
  readonly adapter: Adapter;
  readonly bytes: number;
  readonly residual: Residual;
}

/**
 * Sends a device's trained adapter to the coordinator.
 * @param start the coordinator's exact values of the device's start
 */
export function sendUp(
  start: Adapter,
  received: Adapter,
  trained: Adapter,
  plan: DevicePlan,
  codec: Experiment['codec']['up'],
  residual: Residual,
): Sent {
  const update = encodeTrained(received, trained, plan, codec, residual);
  const sent = { bytes: update.bytes.byteLength, residual: update.residual };
  // Whole float32 messages are exact: decoding one would only copy it.
  const whole = codec === 'f32' && (plan.training?.factors ?? 'both') === 'both';
  return { ...sent, adapter: whole ? trained : decodeTrained(start, update.bytes, plan, UP) };
}

const DOWN = 'a message to a simulated device';
const UP = 'a message from a simulated device';
