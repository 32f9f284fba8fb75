import { expect, test } from 'vitest';
import { BatchQueue } from './batch-queue.ts';

test('what comes in one turn is one batch, and what comes meanwhile is the next', async () => {
  const batches: (readonly number[])[] = [];
  const queue = new BatchQueue<number>(async (batch) => {
    batches.push(batch);
    if (batches.length === 1) queue.add(3, 4);
    return [];
  });
  queue.add(1);
  queue.add(2);
  await queue.settled();
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('what a batch leaves comes before what has come meanwhile', async () => {
  const batches: (readonly number[])[] = [];
  const queue = new BatchQueue<number>(async (batch) => {
    batches.push(batch);
    if (batches.length > 1) return [];
    queue.add(4);
    return batch.slice(1);
  });
  queue.add(1, 2, 3);
  await queue.settled();
  expect(batches).toEqual([
    [1, 2, 3],
    [2, 3, 4],
  ]);
});

test('it settles at once while there is nothing to do', async () => {
  const queue = new BatchQueue<number>(async () => []);
  queue.add();
  await queue.settled();
});
