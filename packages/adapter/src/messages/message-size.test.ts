import { describe, expect, test } from 'vitest';
import { adapterBytes } from '../adapter.ts';
import { sampleAdapter } from '../testing/sample-adapter.ts';
import { codecNames, valueBytes } from './codec.ts';
import { encodeAdapter } from './encode-adapter.ts';
import { encodeUpdate } from './encode-update.ts';

/** As of a 6-block MiniLM with rank 8 on query and value. */
const adapter = sampleAdapter({ seed: 1, blocks: 6, hidden: 384, rank: 8 });
const values = adapterBytes(adapter) / 4;

describe.each(codecNames)('the message of a usual adapter as %s', (codec) => {
  test('is the predicted bytes plus a header of a few per cent', () => {
    const messages = [encodeAdapter(adapter, { codec }), encodeUpdate(adapter, adapter, { codec }).bytes];
    const predicted = values * valueBytes(codec);
    for (const { byteLength } of messages) {
      expect(byteLength).toBeGreaterThan(predicted);
      expect(byteLength / predicted - 1).toBeLessThan({ f32: 0.01, f16: 0.02, int8: 0.04 }[codec]);
    }
  });

  test('is half as long with one factor', () => {
    const whole = encodeAdapter(adapter, { codec }).byteLength;
    const half = encodeAdapter(adapter, { codec, factors: 'B' }).byteLength;
    expect(half / whole).toBeGreaterThan(0.5);
    expect(half / whole).toBeLessThan(0.53);
  });
});
