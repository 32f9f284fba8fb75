import { InputError } from '@legend-fl/base';
import { fuzzCases, fuzzTimeoutMs, hostileSafetensors } from '@legend-fl/base/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSafetensors } from './decode-safetensors.ts';
import { encodeSafetensors } from './encode-safetensors.ts';

const valid = encodeSafetensors({
  tensors: new Map([
    ['a', { dims: [2, 3], data: new Float32Array(6).fill(1) }],
    ['b', { dims: [], data: Float32Array.of(2) }],
    ['c', { dims: [0, 4], data: new Float32Array(0) }],
  ]),
  metadata: { format: 'pt' },
});

test('any bytes are decoded or refused with an InputError', { timeout: fuzzTimeoutMs }, () => {
  let decoded = 0;
  fc.assert(
    fc.property(hostileSafetensors(valid), (bytes) => {
      try {
        const { tensors } = decodeSafetensors(bytes, 'a fuzzer');
        decoded++;
        let values = 0;
        for (const { data } of tensors.values()) values += data.length;
        // The narrowest type takes two bytes.
        expect(2 * values).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(error.message.length).toBeLessThan(4000);
      }
    }),
    { numRuns: fuzzCases },
  );
  // Not all of them fall at the first hurdle.
  expect(decoded).toBeGreaterThan(fuzzCases / 100);
});
