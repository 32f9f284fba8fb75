import { expect, test } from 'vitest';
import { sha256 } from './sha256.ts';

test('gives the digests of FIPS 180-2, of texts and of any memory', async () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(await sha256('abc')).toBe(abc);
  expect(await sha256(Uint8Array.of(0, 97, 98, 99, 0).subarray(1, 4))).toBe(abc);
  expect(await sha256(new Float32Array())).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});
