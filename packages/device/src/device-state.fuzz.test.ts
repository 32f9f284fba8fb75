import { InputError } from '@legend-fl/base';
import { fuzzCases, fuzzTimeoutMs, mutatedBytes, mutatedJson } from '@legend-fl/base/testing';
import fc from 'fast-check';
import { test } from 'vitest';
import { decodeDeviceState, emptyState, encodeDeviceState } from './device-state.ts';

const valid = encodeDeviceState({
  ...emptyState,
  residual: new Map([['a', { dims: [2], data: Float32Array.of(1, 2) }]]),
  unsettled: { run: 'r', round: 1, attempt: 1, residual: new Map() },
  uploadSecondsPerByte: 1e-6,
});
const start = 4 + new DataView(valid.buffer).getUint32(0, true);
const header: unknown = JSON.parse(new TextDecoder().decode(valid.subarray(4, start)));

/** The state with another header of the right length. */
function withHeader(text: string): Uint8Array {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(4 + json.length + valid.length - start);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  bytes.set(valid.subarray(start), 4 + json.length);
  return bytes;
}

test('a damaged state is refused with an InputError', { timeout: fuzzTimeoutMs }, () => {
  const states = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    mutatedBytes(valid),
    mutatedJson(header).map(withHeader),
  );
  fc.assert(
    fc.property(states, (bytes) => {
      try {
        decodeDeviceState(new Uint8Array(bytes), 'a fuzzer');
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }),
    { numRuns: fuzzCases },
  );
});
