import { capacitySchema } from '@legend-fl/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ObservedCapacity } from './observed-capacity.ts';

const measured = { forwardSecondsPerBlock: 0.02, backwardSecondsPerBlock: 0.01 };
const nothingKnown = { memoryBytes: 1e9, upload: null, download: null };
/** 10 steps of depth 2 of 6: 60 blocks forward, 20 back; 1.4 s as measured. */
const load = { blocks: 6, depth: 2, steps: 10, trunkSteps: 10 };

describe('an observed capacity', () => {
  test('is the measured one before there is a task', () => {
    const capacity = new ObservedCapacity(measured, nothingKnown).observe();
    expect(capacity).toMatchObject({ ...measured, memoryBytes: 1e9 });
  });

  test('grows with the time that a task took', () => {
    const capacity = new ObservedCapacity(measured, nothingKnown).observe({ load, runtimeSeconds: 2.8 });
    expect(capacity.forwardSecondsPerBlock).toBeCloseTo(0.04, 12);
    expect(capacity.backwardSecondsPerBlock).toBeCloseTo(0.02, 12);
  });

  test('does not count a trunk that was kept', () => {
    const kept = { ...load, trunkSteps: 0 };
    const observed = new ObservedCapacity(measured, nothingKnown);
    // 20 blocks forward, 20 back: 0.6 s.
    expect(observed.observe({ load: kept, runtimeSeconds: 0.6 }).forwardSecondsPerBlock).toBeCloseTo(
      0.02,
      12,
    );
    expect(observed.divide(kept, 0.6).forward).toBeCloseTo(0.4, 12);
  });

  test('divides a task’s time as it was measured', () => {
    const { forward, backward } = new ObservedCapacity(measured, nothingKnown).divide(load, 2.8);
    expect(forward).toBeCloseTo(2.4, 12);
    expect(backward).toBeCloseTo(0.4, 12);
  });

  test('takes no time at all for no news', () => {
    const observed = new ObservedCapacity(measured, nothingKnown);
    expect(observed.observe({ load, runtimeSeconds: 0 })).toMatchObject(measured);
  });

  test('knows the bandwidth from transfers that are long enough to tell', () => {
    const observed = new ObservedCapacity(measured, nothingKnown);
    observed.noteTransfer('upload', { bytes: 1000, seconds: 1 });
    expect(observed.secondsPerByte).toEqual({ upload: null, download: null });
    expect(observed.observe().uploadSecondsPerByte).toBe(8 / 10e6);
    observed.noteTransfer('download', { bytes: 1e6, seconds: 0.1 });
    const fast = 0.1 / 1e6;
    expect(observed.observe()).toMatchObject({ uploadSecondsPerByte: fast, downloadSecondsPerByte: fast });
    observed.noteTransfer('upload', { bytes: 1e6, seconds: 1 });
    expect(observed.observe()).toMatchObject({ uploadSecondsPerByte: 1 / 1e6, downloadSecondsPerByte: fast });
  });

  test.each([
    ['a clock that stands still', { forwardSecondsPerBlock: 0, backwardSecondsPerBlock: 0 }, 1e-9],
    ['a machine that slept', { forwardSecondsPerBlock: 1e6, backwardSecondsPerBlock: 1e6 }, 3600],
  ])('with %s is the nearest that may be told', (_, blockSeconds, expected) => {
    const observed = new ObservedCapacity(blockSeconds, nothingKnown);
    expect(observed.observe().forwardSecondsPerBlock).toBe(expected);
    expect(observed.observe().backwardSecondsPerBlock).toBe(expected);
    const { forward, backward } = observed.divide(load, 8);
    expect(forward + backward).toBeCloseTo(8, 12);
  });

  test('is within its bounds, whatever was measured', () => {
    const seconds = fc.double({ min: 0, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, seconds, seconds, (forward, backward, transfer, runtimeSeconds) => {
        const blockSeconds = { forwardSecondsPerBlock: forward, backwardSecondsPerBlock: backward };
        const observed = new ObservedCapacity(blockSeconds, nothingKnown);
        observed.noteTransfer('upload', { bytes: 1e6, seconds: transfer });
        return [undefined, { load, runtimeSeconds }].every(
          (task) => capacitySchema.safeParse(observed.observe(task)).success,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
