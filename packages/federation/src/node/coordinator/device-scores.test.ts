import { expect, test } from 'vitest';
import { DeviceScores } from './device-scores.ts';

test('scores are weighted by examples, in whatever order they come', async () => {
  const scores = new DeviceScores(['a', 'b', 'c']);
  expect(scores.add('c', { examples: 30, correct: 30, loss: 0.1 })).toBe(true);
  expect(scores.add('a', { examples: 10, correct: 2, loss: 0.5 })).toBe(true);
  expect(scores.owes('b')).toBe(true);
  expect(scores.add('b', null)).toBe(true);
  await scores.completed;
  expect(scores.summarize()).toEqual({ accuracy: 0.8, loss: 0.2, examples: 40, devices: 2 });
});

test('a device’s first answer counts, and strangers have none', () => {
  const scores = new DeviceScores(['a', 'b']);
  scores.add('a', { examples: 10, correct: 5, loss: 1 });
  expect(scores.add('a', { examples: 10, correct: 10, loss: 0 })).toBe(false);
  expect(scores.add('stranger', { examples: 10, correct: 10, loss: 0 })).toBe(false);
  expect(scores.summarize()).toMatchObject({ accuracy: 0.5, devices: 1 });
});

test('nobody to ask is complete at once and has no figures', async () => {
  const scores = new DeviceScores([]);
  await scores.completed;
  expect(scores.summarize()).toBe(null);
});
