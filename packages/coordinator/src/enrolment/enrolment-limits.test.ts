import { seededRandom } from '@legend-fl/base';
import { backOffMs } from '@legend-fl/device';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TooManyRequests } from '../refusals/too-many-requests.ts';
import { EnrolmentLimits } from './enrolment-limits.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: 1e12 }));
afterEach(() => void vi.useRealTimers());

const random = seededRandom(3, 'waits');
const randomBytes = (count: number) => Uint8Array.from({ length: count }, () => random.integer(256));

/** Devices that come at once, and wait for as long as clients do. @returns seconds until the last one is in */
async function letAllIn(count: number, comesBy: (device: number) => [token: string, address: string | null]) {
  const limits = new EnrolmentLimits();
  const waiting = Array.from({ length: count }, (_, device) => ({ device, at: Date.now() }));
  const begin = Date.now();
  while (waiting.length > 0) {
    waiting.sort((one, other) => other.at - one.at);
    const next = waiting.pop();
    if (next === undefined) break;
    vi.advanceTimersByTime(next.at - Date.now());
    try {
      await limits.countNew(...comesBy(next.device));
    } catch (error) {
      if (!(error instanceof TooManyRequests)) throw error;
      const delayMs = Math.ceil(backOffMs(0, error.retryAfterSeconds, randomBytes));
      waiting.push({ ...next, at: Date.now() + delayMs });
    }
  }
  return (Date.now() - begin) / 1000;
}

test('a fleet of 200 boxes behind one address gets in within minutes by itself', async () => {
  const seconds = await letAllIn(200, () => ['token', 'address']);
  expect(seconds).toBeLessThan(4 * 60);
  expect(seconds).toBeGreaterThan(60);
});

test('a fleet of 2000 with addresses of their own and one token gets in within minutes', async () => {
  expect(await letAllIn(2000, (device) => ['token', `address ${device}`])).toBeLessThan(10 * 60);
});

test('teams with addresses and tokens of their own do not wait for each other', async () => {
  expect(await letAllIn(300, (device) => [`token ${device % 6}`, `address ${device % 6}`])).toBe(0);
});

test('a flood of identities from one address gets one a second', async () => {
  const limits = new EnrolmentLimits();
  let letIn = 0;
  for (let number = 0; number < 3 * 600; number++) {
    vi.advanceTimersByTime(100);
    await limits.countNew('token', 'address').then(
      () => letIn++,
      () => {},
    );
  }
  expect(letIn).toBe(3 * 60);
  await limits.countNew('token', 'another');
  await limits.countKnown('device');
});
