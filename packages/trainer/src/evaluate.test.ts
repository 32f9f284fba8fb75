import { expect, test } from 'vitest';
import { scoreLogits } from './evaluate.ts';

test('accuracy is the share of rows whose largest logit is the label’s, loss the mean cross-entropy', () => {
  // softmax of (0, ln 3) is (1/4, 3/4); of (0, 0) it is (1/2, 1/2), where the first counts as the largest.
  const logits = Float32Array.of(0, Math.log(3), 0, Math.log(3), 0, 0);
  const { accuracy, loss } = scoreLogits(logits, [1, 0, 0], 2);
  expect(accuracy).toBe(2 / 3);
  expect(loss).toBeCloseTo((Math.log(4 / 3) + Math.log(4) + Math.log(2)) / 3, 6);
});

test('large logits don’t overflow', () => {
  const { accuracy, loss } = scoreLogits(Float32Array.of(1000, 0, -1000, 2000, 0, 1999), [0, 2], 3);
  expect(accuracy).toBe(0.5);
  expect(loss).toBeCloseTo((0 + Math.log(1 + Math.E)) / 2, 5);
});

test('logits that are no numbers give no accuracy and no finite loss', () => {
  const { accuracy, loss } = scoreLogits(Float32Array.of(Number.NaN, Number.NaN), [0], 2);
  expect(accuracy).toBe(0);
  expect(loss).toBeNaN();
});
