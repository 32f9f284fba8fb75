import { expect, test } from 'vitest';
import { learningRateAt } from './learning-rate.ts';

test('without warm-up and end the rate is constant', () => {
  const schedule = { peak: 0.01, warmupSteps: 0 };
  expect([0, 1, 1000].map((step) => learningRateAt(schedule, step))).toEqual([0.01, 0.01, 0.01]);
});

test('the rate rises in equal steps from above 0, reaches the peak after the warm-up and stays', () => {
  const schedule = { peak: 1, warmupSteps: 3 };
  expect([0, 1, 2, 3, 4].map((step) => learningRateAt(schedule, step))).toEqual([0.25, 0.5, 0.75, 1, 1]);
});

test('with an end the rate falls in equal steps and is 0 there and after', () => {
  const schedule = { peak: 1, warmupSteps: 2, totalSteps: 6 };
  const rates = [2, 3, 4, 5, 6, 7].map((step) => learningRateAt(schedule, step));
  expect(rates).toEqual([1, 0.75, 0.5, 0.25, 0, 0]);
});

test('an end within the warm-up does not matter until the warm-up is over', () => {
  const schedule = { peak: 1, warmupSteps: 4, totalSteps: 2 };
  expect([0, 3, 4].map((step) => learningRateAt(schedule, step))).toEqual([0.2, 0.8, 0]);
});
