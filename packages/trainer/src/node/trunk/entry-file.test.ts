import { describe, expect, test } from 'vitest';
import { keepAs, type TrunkKey } from '../../trunk/kept-states.ts';
import { decodeEntry, encodeEntry, entryName } from './entry-file.ts';

const key: TrunkKey = {
  trunk: 'ab'.repeat(32),
  boundary: 4,
  example: 'cd'.repeat(32),
  elementType: 'f32',
  dims: [2, 3],
};
const states = Float32Array.of(1, -0.1, 3e-8, 65504, 0, -7.25);
const others: readonly [string, TrunkKey][] = [
  ['trunk', { ...key, trunk: 'ac'.repeat(32) }],
  ['boundary', { ...key, boundary: 3 }],
  ['example', { ...key, example: 'ce'.repeat(32) }],
  ['dims', { ...key, dims: [3, 2] }],
  ['number of tokens', { ...key, dims: [1, 3] }],
  ['element type', { ...key, elementType: 'f16', dims: [4, 3] }],
];

describe.for(['f32', 'f16'] as const)('an entry in %s', (elementType) => {
  const own = { ...key, elementType };
  const kept = keepAs(elementType, states);
  const file = Buffer.concat(encodeEntry(own, kept));

  test('comes back from its file bit for bit', () => {
    expect(decodeEntry(own, file)).toEqual(kept);
  });

  test('comes back from a file that lies at an odd address', () => {
    const shifted = Buffer.concat([Uint8Array.of(0), file]).subarray(1);
    expect(decodeEntry(own, shifted)).toEqual(kept);
  });

  test('is refused with any one bit of its file turned', () => {
    for (let index = 0; index < file.length; index++) {
      const damaged = Buffer.from(file);
      damaged[index] = (damaged[index] ?? 0) ^ 1;
      expect(decodeEntry(own, damaged), `byte ${index}`).toBeUndefined();
    }
  });

  test('is refused when its file is cut at any length, or has more in it', () => {
    for (let length = 0; length < file.length; length++) {
      expect(decodeEntry(own, file.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
    expect(decodeEntry(own, Buffer.concat([file, Uint8Array.of(0)]))).toBeUndefined();
  });
});

test.for(others)('a file of another %s is refused, and has another name', ([, other]) => {
  expect(decodeEntry(other, Buffer.concat(encodeEntry(key, states)))).toBeUndefined();
  expect(entryName(other)).not.toBe(entryName(key));
});
