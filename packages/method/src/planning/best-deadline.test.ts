import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBestDeadline } from './best-deadline.ts';

/** Every deadline tried, every device counted. */
function tryAll(reaches: readonly (readonly number[])[], gains: readonly number[], earliest: number): number {
  const times = [...new Set(reaches.flat())].filter((seconds) => seconds > earliest).sort((a, b) => a - b);
  let [best, bestRate] = [earliest, -1];
  for (const deadline of [earliest, ...times]) {
    let progress = 0;
    for (const [index, gain] of gains.entries()) {
      progress += gain * reaches.filter((reach) => (reach[index] ?? Infinity) <= deadline).length;
    }
    const rate = progress === 0 ? 0 : progress / deadline;
    if (rate > bestRate) [best, bestRate] = [deadline, rate];
  }
  return best;
}

const reaches = fc.array(
  fc
    .array(
      fc.oneof(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.integer({ min: 0, max: 5 }),
        fc.constantFrom(1e-300, 1e9, 1e300),
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((times) => times.sort((a, b) => a - b)),
  { minLength: 1, maxLength: 40 },
);
const gains = fc.array(fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.constant(0)), {
  minLength: 5,
  maxLength: 5,
});

describe('the best deadline', () => {
  it('is the one that trying them all finds', () => {
    fc.assert(
      fc.property(reaches, gains, fc.boolean(), (all, each, wait) => {
        const firsts = all.map(([first = 0]) => first);
        const earliest = wait ? Math.max(...firsts) : Math.min(...firsts);
        expect(findBestDeadline(all, each, earliest)).toBe(tryAll(all, each, earliest));
      }),
      { numRuns: 1000 },
    );
  });

  it('is found where one device is far behind all others, which are close together', () => {
    const crowd = Array.from({ length: 200 }, (_, index) => [1 + index * 1e-7, 1.5 + index * 1e-7]);
    const all = [...crowd, [1e6, 2e6]];
    expect(findBestDeadline(all, [1, 1], 1)).toBe(tryAll(all, [1, 1], 1));
  });
});
