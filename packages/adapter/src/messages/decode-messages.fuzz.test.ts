import { InputError } from '@legend-fl/base';
import { fuzzCases, fuzzTimeoutMs, hostileSafetensors } from '@legend-fl/base/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Adapter, namedTensors } from '../adapter.ts';
import { sampleAdapter } from '../testing/sample-adapter.ts';
import { codecNames } from './codec.ts';
import { decodeAdapter } from './decode-adapter.ts';
import { decodeUpdate } from './decode-update.ts';
import { encodeAdapter } from './encode-adapter.ts';
import { encodeUpdate } from './encode-update.ts';

const start = sampleAdapter({ seed: 1, hidden: 4, rank: 2 });
const trained = sampleAdapter({ seed: 2, hidden: 4, rank: 2 });

function valuesOf(adapter: Adapter): number {
  let values = 0;
  for (const { data } of namedTensors(adapter).values()) values += data.length;
  return values;
}

/** Decodes any bytes, or is refused with an InputError; what is decoded is finite and no larger than its bytes. */
function fuzz(valid: Uint8Array, decode: (bytes: Uint8Array) => Adapter): void {
  fc.assert(
    fc.property(hostileSafetensors(valid), (bytes) => {
      try {
        const adapter = decode(bytes);
        expect(valuesOf(adapter)).toBeLessThanOrEqual(bytes.length);
        for (const { data } of namedTensors(adapter).values()) expect(data.every(Number.isFinite)).toBe(true);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(error.message.length).toBeLessThan(4000);
      }
    }),
    { numRuns: fuzzCases },
  );
}

test.each(codecNames)(
  'decodeAdapter takes any bytes, like those of %s',
  { timeout: fuzzTimeoutMs },
  (codec) => {
    fuzz(encodeAdapter(start, { codec }), (bytes) => decodeAdapter(bytes, 'a fuzzer'));
  },
);

test.each(codecNames)(
  'decodeUpdate takes any bytes, like those of %s',
  { timeout: fuzzTimeoutMs },
  (codec) => {
    const { bytes: valid } = encodeUpdate(start, trained, { codec, factors: 'both', residual: new Map() });
    fuzz(valid, (bytes) => decodeUpdate(start, bytes, 'a fuzzer'));
  },
);
