import { InputError } from '@legend-fl/base';
import { fuzzCases, fuzzTimeoutMs, hostileSafetensors } from '@legend-fl/base/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeGlobalState, encodeGlobalState } from './global-state.ts';
import { tensorOf, threeBlocks, twoBottlenecks } from './messages/sample.fixture.ts';
import { decodeWholeStart, encodeWholeStart } from './messages/start-message.ts';

const merged = new Map([['blocks.1.query', tensorOf([3, 3], 7)]]);

/** Any bytes are decoded, or refused with an InputError of a length that a person reads. */
function fuzz(valid: Uint8Array, decode: (bytes: Uint8Array) => unknown): void {
  fc.assert(
    fc.property(hostileSafetensors(valid), (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(error.message.length).toBeLessThan(4000);
      }
    }),
    { numRuns: fuzzCases },
  );
}

test('decodeWholeStart takes any bytes', { timeout: fuzzTimeoutMs }, () => {
  fuzz(encodeWholeStart({ adapter: threeBlocks, merged }, 'f32'), (bytes) =>
    decodeWholeStart(bytes, 'a fuzzer'),
  );
});

test.each([
  ['LoRA', { adapter: threeBlocks, memory: { trials: [1, null, 'a'] }, merged }],
  ['bottlenecks', { adapter: twoBottlenecks, memory: null }],
])('decodeGlobalState takes any bytes, like those of %s', { timeout: fuzzTimeoutMs }, (_, state) => {
  fuzz(encodeGlobalState(state), (bytes) => decodeGlobalState(bytes, 'a fuzzer'));
});
