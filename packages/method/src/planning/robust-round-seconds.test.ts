import fc from 'fast-check';
import { expect, it } from 'vitest';
import { devicePlanOf } from '../testing/round-contexts.ts';
import { robustRoundSeconds } from './robust-round-seconds.ts';

const planOf = (...seconds: readonly number[]) => ({
  roundSeconds: Math.max(...seconds),
  devices: seconds.map((each, index) => devicePlanOf({ id: `device-${index}`, seconds: each })),
});

it.each([
  ['the round time where nobody is far from the median', [10, 12, 14], 3, 14],
  ['times the median where somebody is', [10, 3600, 12], 3, 36],
  ['of two middle ones the upper', [1e-9, 10, 12, 3600], 3, 36],
  ['of two devices the slower one', [1e-9, 10], 3, 10],
  ['of one device its own', [7], 1, 7],
] as const)('is %s', (_, seconds, spread, expected) => {
  expect(robustRoundSeconds(planOf(...seconds), spread)).toBe(expected);
});

it('looks at the awaited devices alone', () => {
  const { devices } = planOf(10, 12, 14);
  const idle = [50, 60, 70].map((seconds, index) =>
    devicePlanOf({ id: `idle-${index}`, seconds, awaited: false }),
  );
  expect(robustRoundSeconds({ roundSeconds: 14, devices: [...idle, ...devices] }, 1.1)).toBeCloseTo(13.2, 12);
  expect(robustRoundSeconds({ roundSeconds: 70, devices: idle }, 1.1)).toBeCloseTo(66, 12);
});

it('is no longer than spread times the slowest honest device, whatever fewer than half of the devices claim', () => {
  const honest = fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 });
  const claims = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 8 });
  fc.assert(
    fc.property(honest, claims, (seconds, liars) => {
      const lies = liars.slice(0, seconds.length - 1);
      const robust = robustRoundSeconds(planOf(...lies, ...seconds), 2);
      expect(robust).toBeLessThanOrEqual(2 * Math.max(...seconds));
      expect(robust).toBeGreaterThanOrEqual(Math.min(...seconds));
    }),
    { numRuns: 300 },
  );
});
