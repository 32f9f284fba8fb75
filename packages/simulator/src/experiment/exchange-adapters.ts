import type { Adapter, Residual } from '@legend-fl/adapter';
import type { DevicePlan } from '@legend-fl/method';
import { decodeStart, decodeTrained, encodeStart, encodeTrained, type Start } from '@legend-fl/runs';
import type { Experiment } from './experiment.ts';

/** What a device holds once it has its assignment, as its messages say it, and the bytes that brought it. */
export interface Received extends Start {
  readonly bytes: number;
}

/**
 * Sends a device what it starts from, as real messages.
 * @param start what it is to start from
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
  // Float32 messages bring what was sent to the bit: reading one would only copy it.
  if (codec === 'f32') return { ...start, bytes };
  // The lower blocks that it holds once came as rounded as the rest: they are read from the message that brings all.
  const whole = holdsTrunk ? encodeStart(start, plan, codec, false) : message;
  return { ...decodeStart(whole, plan, { held: start, holdsTrunk: false, where: DOWN }), bytes };
}

/** An update as the coordinator has it. */
export interface Sent {
  readonly adapter: Adapter;
  readonly bytes: number;
  readonly residual: Residual;
}

/**
 * Sends up what a device trained.
 * @param start the coordinator's values of what the device was to start from
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
  // Whole float32 messages say what was trained to the bit: reading one would only copy it.
  const whole = codec === 'f32' && (plan.training?.factors ?? 'both') === 'both';
  return { ...sent, adapter: whole ? trained : decodeTrained(start, update.bytes, plan, UP) };
}

const DOWN = 'a message to a simulated device';
const UP = 'a message from a simulated device';
