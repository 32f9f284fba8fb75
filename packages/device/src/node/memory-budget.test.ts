import { expect, test } from 'vitest';
import { memoryBudget, readMemory } from './memory-budget.ts';

const GB = 1e9;

test.each([
  ['what is free, less a margin', { total: 16, constrained: 0, available: 9, own: 1 }, 8],
  ['no more than the container has', { total: 64, constrained: 4, available: 60, own: 0 }, 3.2],
  ['a container that is larger than the machine', { total: 10, constrained: 1e6, available: 10, own: 0 }, 8],
  ['a quarter, where all seems taken', { total: 16, constrained: 0, available: 0.1, own: 0.1 }, 4],
])('%s', (_, { total, constrained, available, own }, expected) => {
  const memory = {
    total: total * GB,
    constrained: constrained * GB,
    available: available * GB,
    own: own * GB,
  };
  expect(memoryBudget(memory)).toBe(expected * GB);
});

test('this machine has some', () => {
  const memory = readMemory();
  const budget = memoryBudget(memory);
  expect(budget).toBeGreaterThan(0);
  expect(budget).toBeLessThanOrEqual(memory.total);
});
