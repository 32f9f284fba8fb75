import { expect, it } from 'vitest';
import { waitingTime } from './plan.ts';

it('waiting time is the mean of what each device finishes before the last', () => {
  expect(waitingTime([4, 10, 7])).toBe((6 + 0 + 3) / 3);
  expect(waitingTime([5, 5])).toBe(0);
  expect(waitingTime([])).toBe(0);
});
