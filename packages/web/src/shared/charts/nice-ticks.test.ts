import fc from 'fast-check';
import { expect, test } from 'vitest';
import { niceRange, niceTicks } from './nice-ticks.ts';

test('ticks are multiples of 1, 2 or 5', () => {
  expect(niceTicks(0.5, 0.9, 4)).toEqual([0.5, 0.6, 0.7, 0.8, 0.9]);
  expect(niceTicks(1, 12, 6)).toEqual([2, 4, 6, 8, 10, 12]);
  expect(niceRange(0.512, 0.76, 4)).toEqual([0.5, 0.8]);
});

test('a range of any size has few ticks, all within it', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1, max: 1e9, noNaN: true }),
      fc.integer({ min: 2, max: 12 }),
      (from, length, count) => {
        const ticks = niceTicks(from, from + length, count);
        expect(ticks.length).toBeLessThanOrEqual(count + 2);
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(from - length * 1e-6);
          expect(tick).toBeLessThanOrEqual(from + length * (1 + 1e-6));
        }
      },
    ),
  );
});
