import { expect, test } from 'vitest';
import { BlobGuard } from './blob-guard.ts';

/** A guard over a folder whose deletions end when they are told to. */
function newGuard(needed: readonly string[] = []) {
  const deletions: { readonly sha256: string; finish(): void }[] = [];
  const guard = new BlobGuard(
    { delete: (sha256) => new Promise<void>((finish) => deletions.push({ sha256, finish })) },
    { needsBlob: (sha256) => needed.includes(sha256) },
  );
  return { guard, deletions };
}

test('what is needed or in use is not deleted', async () => {
  const { guard, deletions } = newGuard(['a']);
  await guard.remove('a');
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = guard.keep('b', () => promise);
  await guard.remove('b');
  expect(deletions).toEqual([]);
  resolve();
  await work;
  void guard.remove('b');
  expect(deletions.map(({ sha256 }) => sha256)).toEqual(['b']);
});

test('work on a blob waits for its deletion, and then finds that it is gone', async () => {
  const { guard, deletions } = newGuard();
  const steps: string[] = [];
  const removal = guard.remove('a');
  const work = guard.keep('a', async () => steps.push('worked'));
  await guard.keep('b', async () => steps.push('other'));
  steps.push('deleted');
  deletions[0]?.finish();
  await Promise.all([removal, work]);
  expect(steps).toEqual(['other', 'deleted', 'worked']);
});
