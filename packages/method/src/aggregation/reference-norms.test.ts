import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceNorms } from './reference-norms.ts';
import type { Voter } from './voter.ts';

/** Any size that a float32 change can have. */
const anyNorm = fc.oneof(
  fc.constantFrom(0, 1e-30, 3e38),
  fc.double({ min: -30, max: 38, noNaN: true }).map((exponent) => 10 ** exponent),
);
const honestNorm = fc.double({ min: 1e-4, max: 1, noNaN: true });

function voter(deviceId: string, ...norms: (number | null)[]): Voter {
  return { deviceId, norms: { blocks: norms.slice(0, -1), head: norms.at(-1) ?? 0 } };
}

describe('referenceNorms', () => {
  it('lies within the honest norms as long as liars are fewer than half, whoever votes when', () => {
    const rounds = fc
      .record({
        honest: fc.array(honestNorm, { minLength: 1, maxLength: 9 }),
        lies: fc.array(anyNorm, { maxLength: 8 }),
        present: fc.integer({ min: 1, max: 17 }),
        order: fc.nat(),
      })
      .filter(({ honest, lies }) => lies.length < honest.length);
    fc.assert(
      fc.property(rounds, ({ honest, lies, present, order }) => {
        const all = [...honest.map((norm, index) => voter(`honest-${index}`, norm, norm))];
        for (const [index, lie] of lies.entries()) {
          all.splice((order + index) % (all.length + 1), 0, voter(`liar-${index}`, lie, lie));
        }
        // A few votes are all counted; of many, a round of its own must hold a majority of honest ones.
        const now = all.length <= 5 ? all.slice(0, present) : all;
        const before = all.slice(now.length);
        const { blocks, head } = referenceNorms(now, before.length > 0 ? [before] : []);
        for (const reference of [blocks[0], head]) {
          expect(reference?.norm).toBeGreaterThanOrEqual(Math.min(...honest));
          expect(reference?.norm).toBeLessThanOrEqual(Math.max(...honest));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is that of a round alone once five devices have voted in it', () => {
    const now = [1, 2, 3, 4, 5].map((norm) => voter(`now-${norm}`, norm));
    const before = [100, 200, 300].map((norm) => voter(`before-${norm}`, norm));
    expect(referenceNorms(now, [before]).head).toEqual({ norm: 3, votes: 5, settled: true });
  });

  it('takes the latest vote of a device, from the latest rounds that are needed', () => {
    const now = [voter('a', 1), voter('b', 2), voter('c', 3)];
    const last = [voter('a', 90), voter('d', 4), voter('e', 5)];
    const older = [voter('f', 70), voter('g', 80)];
    expect(referenceNorms(now, [last, older]).head).toEqual({ norm: 3, votes: 5, settled: true });
    expect(referenceNorms(now.slice(0, 2), [last, older]).head).toMatchObject({ norm: 4, settled: false });
  });

  it('borrows from the block above, or the head, what a block that few devices train has to say', () => {
    const now = [
      voter('fast liar', 3e38, 3e38, 0.02, 0.04),
      voter('fast', null, 0.03, 0.02, 0.04),
      voter('slow', null, null, 0.02, 0.04),
      voter('slower', null, null, 0.02, 0.04),
    ];
    const { blocks } = referenceNorms(now, []);
    expect(blocks.map((reference) => reference?.norm)).toEqual([0.02, 0.03, 0.02]);
    expect(blocks.map((reference) => reference?.settled)).toEqual([false, false, true]);
  });

  it('is nothing for a block that nobody trained', () => {
    expect(referenceNorms([voter('a', null, 1, 2)], []).blocks[0]).toBeNull();
  });

  it('stands as it is where there is nobody to compare with', () => {
    expect(referenceNorms([voter('alone', 7, 8)], [])).toEqual({
      blocks: [{ norm: 7, votes: 1, settled: false }],
      head: { norm: 8, votes: 1, settled: false },
    });
  });
});
