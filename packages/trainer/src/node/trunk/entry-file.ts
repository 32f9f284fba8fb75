import { hash } from 'node:crypto';
import { type ElementType, type KeptStates, keyText, type TrunkKey } from '../../trunk/kept-states.ts';

const FORMAT = 'legend-trunk-1';
const elementBytes: Readonly<Record<ElementType, number>> = { f32: 4, f16: 2 };

/** One name per key, usable as a file's. */
export function entryName(key: TrunkKey): string {
  return hash('sha256', `${FORMAT} ${keyText(key)}`);
}

/**
 * The two parts of an entry's file: a line of JSON that says whose states follow, with their SHA-256, and the states,
 * little-endian, as is every machine that Node runs on.
 */
export function encodeEntry(key: TrunkKey, states: KeptStates): readonly [Uint8Array, Uint8Array] {
  const body = new Uint8Array(states.buffer, states.byteOffset, states.byteLength);
  return [headerOf(key, body), body];
}

/** The states in an entry's file; undefined when it is not, to the byte, what was written for this key. */
export function decodeEntry(key: TrunkKey, file: Uint8Array): KeptStates | undefined {
  const [tokens, hidden] = key.dims;
  const bodyStart = file.byteLength - tokens * hidden * elementBytes[key.elementType];
  if (bodyStart < 0) return undefined;
  const body = new Uint8Array(file.subarray(bodyStart));
  if (Buffer.compare(headerOf(key, body), file.subarray(0, bodyStart)) !== 0) return undefined;
  return key.elementType === 'f32' ? new Float32Array(body.buffer) : new Uint16Array(body.buffer);
}

function headerOf(key: TrunkKey, body: Uint8Array): Buffer {
  const { trunk, boundary, elementType, dims } = key;
  const example = hash('sha256', key.example);
  const header = {
    format: FORMAT,
    trunk,
    boundary,
    example,
    elementType,
    dims,
    sha256: hash('sha256', body),
  };
  return Buffer.from(`${JSON.stringify(header)}\n`);
}
