import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeyedLimiter } from './keyed-limiter.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: 1e12 }));
afterEach(() => void vi.useRealTimers());

const passes = (limiter: KeyedLimiter, key: string) =>
  limiter.count(key).then(
    () => true,
    () => false,
  );

test('whatever comes when, a key passes so often in its window, and again after what it is told to wait', async () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(4000)), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, async (requests) => {
      const limiter = new KeyedLimiter({ requests: 3, seconds: 10 }, 'requests');
      /** When the window of a key began, and how many it had. */
      const windows = new Map<string, { readonly from: number; count: number }>();
      for (const [key, laterMs] of requests) {
        vi.advanceTimersByTime(laterMs);
        const known = windows.get(key);
        const isOpen = known !== undefined && Date.now() < known.from + 10_000;
        const window = isOpen ? known : { from: Date.now(), count: 0 };
        windows.set(key, window);
        window.count++;
        const refused: unknown = await limiter.count(key).catch((error: unknown) => error);
        if (window.count <= 3) expect(refused).toBeUndefined();
        else {
          const retryAfterSeconds = Math.max(1, Math.ceil((window.from + 10_000 - Date.now()) / 1000));
          expect(refused).toMatchObject({ code: 'too-many-requests', retryAfterSeconds });
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('keeps so many keys and no more, the ones used last', async () => {
  const limiter = new KeyedLimiter({ requests: 1, seconds: 60 }, 'requests', 100);
  await limiter.count('first');
  for (let number = 0; number < 10_000; number++) {
    expect(await passes(limiter, `key ${number}`)).toBe(true);
    if (number % 50 === 0) expect(await passes(limiter, 'first')).toBe(false);
  }
  expect(limiter.size).toBe(100);
  expect(await passes(limiter, 'key 9999')).toBe(false);
  expect(await passes(limiter, 'key 1')).toBe(true);
});
