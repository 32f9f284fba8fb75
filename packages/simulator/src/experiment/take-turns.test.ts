import { expect, test } from 'vitest';
import { takeTurns } from './take-turns.ts';

const pause = (turns: number) =>
  new Promise<void>((resolve) => {
    if (turns === 0) resolve();
    else setImmediate(() => resolve(pause(turns - 1)));
  });

test('every item has its turn, in order, so many at a time', async () => {
  const begun: number[] = [];
  let underWay = 0;
  let most = 0;
  await takeTurns([...Array(20).keys()], 3, async (item) => {
    begun.push(item);
    most = Math.max(most, ++underWay);
    await pause((item * 7) % 5);
    underWay--;
  });
  expect(begun).toEqual([...Array(20).keys()]);
  expect(most).toBe(3);
});

test('a failure ends it, and nothing is begun after it', async () => {
  const begun: number[] = [];
  const failed = takeTurns([...Array(20).keys()], 2, async (item) => {
    begun.push(item);
    await pause(1);
    if (item === 4) throw new Error('item 4');
  });
  await expect(failed).rejects.toThrow('item 4');
  await pause(10);
  expect(begun.length).toBeLessThanOrEqual(7);
});
