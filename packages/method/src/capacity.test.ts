import { InputError } from '@legend-fl/base';
import { describe, expect, it } from 'vitest';
import { type Capacity, estimatorNamed } from './capacity.ts';

const before: Capacity = {
  forwardSecondsPerBlock: 1,
  backwardSecondsPerBlock: 2,
  uploadSecondsPerByte: 3,
  downloadSecondsPerByte: 4,
  memoryBytes: 100,
};
const now: Capacity = {
  forwardSecondsPerBlock: 2,
  backwardSecondsPerBlock: 1,
  uploadSecondsPerByte: 8,
  downloadSecondsPerByte: 4,
  memoryBytes: 50,
};

describe('capacity estimators', () => {
  it('average each time with weight 0.8 on the previous estimate, and take memory as observed', () => {
    const estimate = estimatorNamed('moving-average').estimate(before, now);
    expect(estimate.forwardSecondsPerBlock).toBeCloseTo(1.2, 12);
    expect(estimate.backwardSecondsPerBlock).toBeCloseTo(1.8, 12);
    expect(estimate.uploadSecondsPerByte).toBeCloseTo(4, 12);
    expect(estimate.downloadSecondsPerByte).toBeCloseTo(4, 12);
    expect(estimate.memoryBytes).toBe(50);
  });

  it.each(['moving-average', 'last-value', 'oracle'])('%s takes the first observation as it is', (name) => {
    expect(estimatorNamed(name).estimate(undefined, now)).toEqual(now);
  });

  it.each(['last-value', 'oracle'])('%s forgets what came before', (name) => {
    expect(estimatorNamed(name).estimate(before, now)).toEqual(now);
  });

  it('say which observation they are about', () => {
    expect(estimatorNamed('moving-average').observes).toBe('past');
    expect(estimatorNamed('last-value').observes).toBe('past');
    expect(estimatorNamed('oracle').observes).toBe('present');
  });

  it('refuse a name that none has, listing those there are', () => {
    expect(() => estimatorNamed('kalman')).toThrow(InputError);
    expect(() => estimatorNamed('kalman')).toThrow(/moving-average, last-value, oracle, got kalman/);
  });
});
