import { expect, test } from 'vitest';
import { CleanupStack } from './cleanup-stack.ts';

test('steps are taken once, last first, and one that fails stops no other', async () => {
  const taken: string[] = [];
  const cleanup = new CleanupStack();
  cleanup.defer(() => taken.push('lock'));
  cleanup.defer(async () => {
    throw new Error('store');
  });
  cleanup.defer(() => taken.push('server'));
  await expect(cleanup.disposeAsync()).rejects.toThrow('store');
  await cleanup.disposeAsync();
  expect(taken).toEqual(['server', 'lock']);
});
