import { expect, test } from 'vitest';
import { sleep } from './sleep.ts';

test('a sleep ends by itself', async () => {
  await expect(sleep(1, new AbortController().signal)).resolves.toBeUndefined();
});

test('a sleep that is aborted ends with the reason', async () => {
  const controller = new AbortController();
  const sleeping = sleep(3_600_000, controller.signal);
  const reason = new Error('up');
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(sleep(3_600_000, controller.signal)).rejects.toBe(reason);
});
