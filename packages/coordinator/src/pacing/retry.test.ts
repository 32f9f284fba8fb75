import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { persist } from './retry.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what fails is tried again, ever more rarely, and told until it succeeds', async () => {
  const told: (string | null)[] = [];
  const tries: number[] = [];
  const begin = Date.now();
  const result = persist(
    async () => {
      tries.push(Date.now() - begin);
      if (tries.length < 10) throw new Error(`try ${tries.length}`);
      return 'stored';
    },
    { signal: new AbortController().signal, onHold: (reason) => told.push(reason) },
  );
  await vi.advanceTimersByTimeAsync(200_000);
  expect(await result).toBe('stored');
  expect(tries).toEqual([0, 250, 750, 1750, 3750, 7750, 15_750, 31_750, 61_750, 91_750]);
  expect(told).toEqual([...Array.from({ length: 9 }, (_, index) => `try ${index + 1}`), null]);
});

test('an abort ends it between two tries', async () => {
  const controller = new AbortController();
  const result = persist(() => Promise.reject(new Error('no')), {
    signal: controller.signal,
    onHold: () => {},
  });
  const outcome = expect(result).rejects.toThrow('enough');
  await vi.advanceTimersByTimeAsync(1000);
  controller.abort(new Error('enough'));
  await outcome;
});
