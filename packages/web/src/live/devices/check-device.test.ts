import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleRun } from '../../testing/sample-run.fixture.ts';
import { checkTimes, needsAttention } from './check-device.ts';

const [sample] = sampleRun({ devices: 1, at: 1_700_000_000_000 }).devices;
if (sample === undefined) throw new Error('the sample has no device');
const device = { ...sample, note: '', refused: 0, clipped: 0, claimedSeconds: 10, measuredSeconds: 11 };

describe('a claim and its measurement', () => {
  test.each([
    [10, 20, 2, false],
    [10, 20.1, 2.01, true],
    [20, 10, 0.5, false],
    [20.1, 10, 0.4975, true],
    [0, 0, 1, false],
    [0, 3, Number.POSITIVE_INFINITY, true],
    [3, 0, 0, true],
  ])('claimed %d s, measured %d s: a factor of %d', (claimedSeconds, measuredSeconds, factor, differs) => {
    const check = checkTimes({ ...device, claimedSeconds, measuredSeconds });
    expect(check?.factor).toBeCloseTo(factor, 4);
    expect(check?.differs).toBe(differs);
  });

  test('are marked alike whichever of the two is the greater one', () => {
    const seconds = fc.double({ min: 1e-9, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, (one, other) => {
        // Rounding may tip the scale at a factor of exactly two.
        fc.pre(Math.abs(Math.abs(Math.log2(one / other)) - 1) > 1e-9);
        const there = checkTimes({ ...device, claimedSeconds: one, measuredSeconds: other });
        const back = checkTimes({ ...device, claimedSeconds: other, measuredSeconds: one });
        expect(there?.differs).toBe(back?.differs);
      }),
    );
  });

  test('are not compared before both are known', () => {
    expect(checkTimes({ ...device, claimedSeconds: null })).toBeUndefined();
    expect(checkTimes({ ...device, measuredSeconds: null })).toBeUndefined();
  });
});

describe('attention', () => {
  test('is not needed where all is well', () => {
    expect(needsAttention(device)).toBe(false);
  });

  test.each([{ note: 'Not waited for.' }, { refused: 1 }, { clipped: 1 }, { measuredSeconds: 21 }])(
    'is needed with %o, unless the device is gone',
    (fault) => {
      expect(needsAttention({ ...device, ...fault })).toBe(true);
      expect(needsAttention({ ...device, ...fault, status: 'away' })).toBe(true);
      expect(needsAttention({ ...device, ...fault, status: 'revoked' })).toBe(false);
      expect(needsAttention({ ...device, ...fault, status: 'left' })).toBe(false);
    },
  );
});
