import { expect, test } from 'vitest';
import { BufferPool } from './buffer-pool.ts';

test('what is given back is used again where it is long enough', () => {
  const pool = new BufferPool(100);
  const buffer = pool.take(60);
  expect(buffer.byteLength).toBe(60);
  pool.give(buffer);
  expect(pool.take(61)).not.toBe(buffer);
  expect(pool.take(10)).toBe(buffer);
  expect(pool.take(10)).not.toBe(buffer);
});

test('no more is kept than it may', () => {
  const pool = new BufferPool(100);
  const [one, other] = [pool.take(60), pool.take(60)];
  pool.give(one);
  pool.give(other);
  expect([pool.take(60), pool.take(60)].map((buffer) => buffer === one)).toEqual([true, false]);
  pool.give(other);
  expect(pool.take(60)).toBe(other);
});
