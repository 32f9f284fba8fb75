import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

/** Works that end when they are told to. */
function newWorks(budget: ByteBudget) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const begin = (name: string, bytes: number) =>
    budget.spend(bytes, () => {
      started.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { started, begin, end };
}

test('works go on together within the budget, the others in their order', async () => {
  const { started, begin, end } = newWorks(new ByteBudget(10));
  const works = [begin('a', 6), begin('b', 4), begin('c', 5), begin('d', 1)];
  await end('none');
  expect(started).toEqual(['a', 'b']);
  await end('b');
  expect(started).toEqual(['a', 'b']);
  await end('a');
  expect(started).toEqual(['a', 'b', 'c', 'd']);
  await end('c');
  await end('d');
  await Promise.all(works);
});

test('a work beyond the budget goes on alone, and one that fails gives back what it held', async () => {
  const budget = new ByteBudget(10);
  const { started, begin, end } = newWorks(budget);
  const large = begin('large', 50);
  const failing = budget.spend(8, () => Promise.reject(new Error('no')));
  const outcome = expect(failing).rejects.toThrow('no');
  const small = begin('small', 10);
  await end('none');
  expect(started).toEqual(['large']);
  await end('large');
  await outcome;
  expect(started).toEqual(['large', 'small']);
  await end('small');
  await Promise.all([large, small]);
});
