import { expect, test } from 'vitest';
import { findNonJson } from './find-non-json.ts';

test.each([null, 0, 'a', true, [], {}, { a: [1, { b: null }] }, Object.create(null)])(
  '%j is JSON',
  (value) => {
    expect(findNonJson(value, 'memory')).toBeUndefined();
  },
);

test('one value in two places is JSON', () => {
  const shared = [1];
  expect(findNonJson({ a: shared, b: shared }, 'memory')).toBeUndefined();
});

const cycle: { next?: unknown } = {};
cycle.next = [cycle];
test.each<[unknown, string, string]>([
  [undefined, 'memory', 'undefined'],
  [{ a: undefined }, 'memory.a', 'undefined'],
  [[1, Number.NaN], 'memory[1]', 'NaN'],
  [{ best: Number.NEGATIVE_INFINITY }, 'memory.best', '-Infinity'],
  [{ a: { f: () => 1 } }, 'memory.a.f', 'a function'],
  [{ n: 1n }, 'memory.n', 'a bigint'],
  [{ seen: new Map([[1, 2]]) }, 'memory.seen', 'a Map'],
  [{ at: new Date(0) }, 'memory.at', 'a Date'],
  [{ values: new Float32Array(1) }, 'memory.values', 'a Float32Array'],
  [cycle, 'memory.next[0]', 'a value that contains itself'],
])('%o is not', (value, path, got) => {
  expect(findNonJson(value, 'memory')).toEqual({ path, got });
});
