import type { Residual } from '@legend-fl/adapter';
import { decodeSafetensors, encodeSafetensors } from '@legend-fl/adapter';
import { InputError, parseInput } from '@legend-fl/base';
import { identifier, roundNumber, updateSchema } from '@legend-fl/protocol';
import { z } from 'zod';

/** What a device keeps between rounds, and when its program ends. */
export interface DeviceState {
  /** What its messages that counted have not yet said; see `encodeUpdate`. */
  readonly residual: Residual;
  /** An update that is finished, until the coordinator has taken or refused it. */
  readonly pending: PendingUpdate | null;
  /** The update that was handed in last, until an assignment tells whether it counted; null beside a pending one. */
  readonly unsettled: UnsettledUpdate | null;
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

/** Of an update that was handed in, what is needed once it is known to count. */
export interface UnsettledUpdate {
  readonly run: string;
  readonly round: number;
  readonly attempt: number;
  /** That of the state once the update counts. */
  readonly residual: Residual;
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
  unsettled: null,
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

const place = { run: identifier, round: roundNumber, attempt: z.int().positive() };

const headerSchema = z.strictObject({
  formatVersion: z.literal(1),
  /** Of the parts that follow, in order: residual, residual of the pending or unsettled update, pending message. */
  bytes: z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.int().nonnegative()]),
  pending: z.strictObject({ adapterSha256: z.string(), report: z.looseObject(place) }).nullable(),
  /** Left out where there is none. Its residual holds the tensors that differ; `without` names those that it lacks. */
  unsettled: z.strictObject({ ...place, without: z.array(z.string()) }).exactOptional(),
  uploadSecondsPerByte: z.number().nonnegative().nullable(),
  downloadSecondsPerByte: z.number().nonnegative().nullable(),
});

/** Bytes of the header's length, little-endian, with which a state begins. */
const LENGTH_BYTES = 4;

export function encodeDeviceState(state: DeviceState): Uint8Array<ArrayBuffer> {
  const { residual, pending, unsettled, uploadSecondsPerByte, downloadSecondsPerByte } = state;
  const residualBytes = encodeSafetensors({ tensors: residual });
  const next = pending?.residual ?? (unsettled && changedTensors(residual, unsettled.residual));
  const nextBytes = next ? encodeSafetensors({ tensors: next }) : new Uint8Array();
  const message = pending ? pending.message : new Uint8Array();
  const header: z.output<typeof headerSchema> = {
    formatVersion: 1,
    bytes: [residualBytes.byteLength, nextBytes.byteLength, message.byteLength],
    pending: pending && { adapterSha256: pending.adapterSha256, report: pending.report },
    ...(unsettled && { unsettled: describeUnsettled(unsettled, residual) }),
    uploadSecondsPerByte,
    downloadSecondsPerByte,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, text.byteLength, true);
  return joinParts([length, text, residualBytes, nextBytes, message]);
}

function describeUnsettled({ run, round, attempt, residual }: UnsettledUpdate, before: Residual) {
  return { run, round, attempt, without: [...before.keys()].filter((name) => !residual.has(name)) };
}

/** Tensors of `after` that are not the very ones of `before`: those that a message did not touch are the same objects. */
function changedTensors(before: Residual, after: Residual): Residual {
  return new Map([...after].filter(([name, tensor]) => before.get(name) !== tensor));
}

/**
 * The state that `encodeDeviceState` encoded, of this version or an earlier one.
 * @param where the source of the bytes, for error messages
 * @throws InputError `device-state-damaged`
 */
export function decodeDeviceState(bytes: Uint8Array<ArrayBuffer>, where: string): DeviceState {
  const { header, parts } = splitParts(bytes, where);
  const [residualBytes = new Uint8Array(), nextBytes = new Uint8Array(), message = new Uint8Array()] = parts;
  const { pending, unsettled, uploadSecondsPerByte, downloadSecondsPerByte } = header;
  const residual = decodeSafetensors(residualBytes, where).tensors;
  const bandwidth = { uploadSecondsPerByte, downloadSecondsPerByte };
  if (pending !== null) {
    const next = decodeSafetensors(nextBytes, where).tensors;
    return { residual, ...readPending(pending, message, next), ...bandwidth };
  }
  if (unsettled === undefined) return { residual, pending: null, unsettled: null, ...bandwidth };
  const { without, ...update } = unsettled;
  const next = new Map([...residual, ...decodeSafetensors(nextBytes, where).tensors]);
  for (const name of without) next.delete(name);
  return { residual, pending: null, unsettled: { ...update, residual: next }, ...bandwidth };
}

/** A version without `bounds` may have kept figures that are refused today: what it had sent of them may have counted. */
function readPending(
  { adapterSha256, report }: NonNullable<z.output<typeof headerSchema>['pending']>,
  message: Uint8Array<ArrayBuffer>,
  residual: Residual,
): Pick<DeviceState, 'pending' | 'unsettled'> {
  const today = updateSchema.safeParse(report);
  if (today.success) {
    return { pending: { adapterSha256, message, residual, report: today.data }, unsettled: null };
  }
  const { run, round, attempt } = report;
  return { pending: null, unsettled: { run, round, attempt, residual } };
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
