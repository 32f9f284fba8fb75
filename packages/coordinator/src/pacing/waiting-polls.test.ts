import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WaitingPolls } from './waiting-polls.ts';

const never = new AbortController().signal;

test('all polls are woken, but not so many at once that others have to wait for it', async () => {
  const polls = new WaitingPolls();
  let woken = 0;
  for (let poll = 0; poll < 1000; poll++) void polls.wait(60_000, never).then(() => woken++);
  polls.wake();
  const counts: number[] = [];
  while (polls.size > 0) {
    await setImmediate();
    counts.push(woken);
  }
  expect(woken).toBe(1000);
  expect(counts.length).toBeGreaterThan(10);
});

test('a poll ends when its time is over or its signal aborts', async () => {
  const polls = new WaitingPolls();
  const controller = new AbortController();
  const aborted = polls.wait(60_000, controller.signal);
  await polls.wait(1, never);
  controller.abort();
  await aborted;
  expect(polls.size).toBe(0);
});
