import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capExamples, shareLimit } from './cap-examples.ts';

const claims = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1e9 })), {
  minLength: 1,
  maxLength: 40,
});
const shares = fc.double({ min: 1e-4, max: 1, noNaN: true });

describe('capExamples', () => {
  it.each([
    [1, 1],
    [2, 1 / 2],
    [3, 1 / 2],
    [4, 1 / 2],
    [10, 1 / 5],
    [1000, 1 / 20],
  ])('gives one of %d devices at most %d of the round', (devices, share) => {
    expect(shareLimit(devices, 0.05)).toBe(share);
    const claimed = [...new Array<number>(devices - 1).fill(1000), 1e9];
    const capped = capExamples(claimed, 0.05);
    const total = capped.reduce((sum, each) => sum + each, 0);
    expect(Math.max(...capped) / total).toBeLessThanOrEqual(share);
    // The cap is whole, so that the share is a little less.
    expect(Math.max(...capped) / total).toBeGreaterThan(share * 0.99);
  });

  it('leaves honest devices of different sizes alone', () => {
    const honest = [40, 80, 120, 60, 90, 150, 30, 70, 110, 100];
    expect(capExamples(honest, 0.05)).toBe(honest);
  });

  it('keeps to the share, in whole numbers, and cuts no deeper than it must', () => {
    fc.assert(
      fc.property(claims, shares, (claimed, maximumShare) => {
        const share = shareLimit(claimed.length, maximumShare);
        const capped = capExamples(claimed, maximumShare);
        const cap = Math.max(...capped);
        const totalAt = (most: number) => claimed.reduce((sum, each) => sum + Math.min(each, most), 0);
        expect(capped).toEqual(claimed.map((each) => Math.min(each, cap)));
        expect(Number.isInteger(cap) && cap >= 1).toBe(true);
        expect(cap).toBeLessThanOrEqual(share * totalAt(cap));
        if (cap < Math.max(...claimed)) expect(cap + 1).toBeGreaterThan(share * totalAt(cap + 1));
      }),
      { numRuns: 500 },
    );
  });
});
