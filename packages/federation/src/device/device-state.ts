import { InputError, parseInput } from '@legend/base';
import { decodeSafetensors, encodeSafetensors } from '@legend/models';
import type { Residual } from '@legend/wire';
import { z } from 'zod';
import { updateSchema } from '../protocol/update.ts';

/** What a device keeps between rounds, and when its program ends. */
export interface DeviceState {
  /** What its messages that counted have not yet said; see `encodeUpdate`. */
  readonly residual: Residual;
  /** An update that is finished, until the coordinator has taken or refused it. */
  readonly pending: PendingUpdate | null;
  /** Seconds per byte as last measured; null before that. */
  readonly uploadSecondsPerByte: number | null;
  readonly downloadSecondsPerByte: number | null;
}

export interface PendingUpdate {
  /** SHA-256 of what it started from: with round and attempt it tells the assignment. */
  readonly adapterSha256: string;
  readonly message: Uint8Array<ArrayBuffer>;
  /** That of the state once the update counts. */
  readonly residual: Residual;
  /** As it is handed in; the upload's time is added. */
  readonly report: z.output<typeof updateSchema>;
}

/** Keeps one device's state: whole or not at all. */
export interface DeviceStateStore {
  /** What error messages call the place. */
  readonly where: string;
  /** Undefined before the first `save`. */
  load(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  save(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

export const emptyState: DeviceState = {
  residual: new Map(),
  pending: null,
  uploadSecondsPerByte: null,
  downloadSecondsPerByte: null,
};

/** A store that lasts as long as the program. */
export function memoryStateStore(): DeviceStateStore {
  let kept: Uint8Array<ArrayBuffer> | undefined;
  return {
    where: 'memory',
    load: async () => kept,
    save: async (bytes) => {
      kept = bytes;
    },
  };
}

const headerSchema = z.strictObject({
  formatVersion: z.literal(1),
  /** Of the parts that follow, in order: residual, residual of the pending update, its message. */
  bytes: z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.int().nonnegative()]),
  pending: z.strictObject({ adapterSha256: z.string(), report: updateSchema }).nullable(),
  uploadSecondsPerByte: z.number().nonnegative().nullable(),
  downloadSecondsPerByte: z.number().nonnegative().nullable(),
});

/** Bytes of the header's length, little-endian, with which a state begins. */
const LENGTH_BYTES = 4;

export function encodeDeviceState(state: DeviceState): Uint8Array<ArrayBuffer> {
  const { residual, pending, uploadSecondsPerByte, downloadSecondsPerByte } = state;
  const residualBytes = encodeSafetensors({ tensors: residual });
  const pendingResidual = pending ? encodeSafetensors({ tensors: pending.residual }) : new Uint8Array();
  const message = pending ? pending.message : new Uint8Array();
  const header: z.output<typeof headerSchema> = {
    formatVersion: 1,
    bytes: [residualBytes.byteLength, pendingResidual.byteLength, message.byteLength],
    pending: pending && { adapterSha256: pending.adapterSha256, report: pending.report },
    uploadSecondsPerByte,
    downloadSecondsPerByte,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, text.byteLength, true);
  return joinParts([length, text, residualBytes, pendingResidual, message]);
}

/**
 * The state that `encodeDeviceState` encoded.
 * @param where the source of the bytes, for error messages
 * @throws InputError `device-state-damaged`
 */
export function decodeDeviceState(bytes: Uint8Array<ArrayBuffer>, where: string): DeviceState {
  const { header, parts } = splitParts(bytes, where);
  const [residual = new Uint8Array(), pendingResidual = new Uint8Array(), message = new Uint8Array()] = parts;
  const { pending, uploadSecondsPerByte, downloadSecondsPerByte } = header;
  return {
    residual: decodeSafetensors(residual, where).tensors,
    pending: pending && {
      ...pending,
      message,
      residual: decodeSafetensors(pendingResidual, where).tensors,
    },
    uploadSecondsPerByte,
    downloadSecondsPerByte,
  };
}

function splitParts(bytes: Uint8Array<ArrayBuffer>, where: string) {
  const damaged = (got: string): InputError =>
    new InputError({
      code: 'device-state-damaged',
      expected: "a device's state, whole",
      got,
      where,
      todo: 'Delete it; the device goes on without what it had not yet sent.',
    });
  if (bytes.byteLength < LENGTH_BYTES) throw damaged(`${bytes.byteLength} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = LENGTH_BYTES + view.getUint32(0, true);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, start)));
  } catch {
    throw damaged('a header that is no JSON');
  }
  const header = parseInput(headerSchema, value, { code: 'device-state-damaged', where });
  const expected = header.bytes.reduce((sum, each) => sum + each, start);
  if (bytes.byteLength !== expected) throw damaged(`${bytes.byteLength} bytes instead of ${expected}`);
  let offset = start;
  const parts = header.bytes.map((length) => {
    const part = bytes.slice(offset, offset + length);
    offset += length;
    return part;
  });
  return { header, parts };
}

function joinParts(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
