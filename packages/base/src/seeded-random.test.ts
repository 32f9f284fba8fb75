import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError, seededRandom } from './index.ts';

describe('seededRandom', () => {
  test('gives the same stream for the same seed and labels on every machine', () => {
    const random = seededRandom(7, 'batches', 'device-1', 3);
    expect([random(), random(), random.integer(100)]).toEqual([0.9886899910582558, 0.4427981845537552, 98]);
  });

  test('gives unrelated streams for other labels', () => {
    const firsts = Array.from({ length: 1000 }, (_, index) => seededRandom(1, 'label', index)());
    expect(new Set(firsts).size).toBe(1000);
    const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length;
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
  });

  test('shuffles to a permutation and leaves its argument alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items];
        const shuffled = seededRandom(seed).shuffle(items);
        expect(items).toEqual(before);
        expect([...shuffled].sort()).toEqual([...items].sort());
      }),
    );
  });

  test('draws integers below the limit, all of them', () => {
    const random = seededRandom(3);
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(5)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

test('an InputError says where, what was expected, what was got and what to do', () => {
  const error = new InputError({ code: 'x', expected: 'a', got: 'b', where: 'file', todo: 'Mend it.' });
  expect(error.message).toBe('file: expected a, got b. Mend it.');
  expect(error.code).toBe('x');
});
