import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Capacity } from '../capacity.ts';
import { completionTime } from '../cost-model.ts';
import { devicePlanOf } from '../testing/round-contexts.ts';
import { believeCapacity } from './believe-capacity.ts';
import { planOf } from './round.fixture.ts';

const plan = { ...planOf(1, ['a']), localSteps: 8, rankDistribution: [1, 1, 1, 1, 1, 1] };
const device = devicePlanOf({ id: 'a', depth: 4 });
const traffic = { bytesUp: 1e6, bytesDown: 2e6 };

const capacities: fc.Arbitrary<Capacity> = fc.record({
  forwardSecondsPerBlock: fc.double({ min: 1e-9, max: 3600, noNaN: true }),
  backwardSecondsPerBlock: fc.double({ min: 1e-9, max: 3600, noNaN: true }),
  uploadSecondsPerByte: fc.double({ min: 0, max: 0.1, noNaN: true }),
  downloadSecondsPerByte: fc.double({ min: 0, max: 0.1, noNaN: true }),
  memoryBytes: fc.constant(1e9),
});

function secondsOf(capacity: Capacity, trunkBlocks: number): number {
  return completionTime(capacity, { depth: 4, trunkBlocks, localSteps: 8, ...traffic }).seconds;
}

test('what the cost model predicts is believed, whatever a trunk cache saves', () => {
  fc.assert(
    fc.property(capacities, fc.double({ min: 0, max: 2, noNaN: true }), (capacity, trunkBlocks) => {
      const work = { elapsedSeconds: secondsOf(capacity, trunkBlocks), ...traffic };
      expect(believeCapacity(capacity, plan, device, work)).toEqual({ capacity, held: true });
    }),
  );
});

test('whatever is claimed, what is believed predicts what was measured', () => {
  fc.assert(
    fc.property(capacities, fc.double({ min: 1e-3, max: 86_400, noNaN: true }), (claimed, elapsedSeconds) => {
      const { capacity } = believeCapacity(claimed, plan, device, { elapsedSeconds, ...traffic });
      expect(secondsOf(capacity, 0)).toBeLessThanOrEqual(3.01 * elapsedSeconds + 5);
      expect(3.01 * secondsOf(capacity, 2) + 5.01).toBeGreaterThanOrEqual(elapsedSeconds * 0.99);
      expect(Object.values(capacity).every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a claim of a billionth of a second per block does not hold', () => {
  const claimed = {
    forwardSecondsPerBlock: 1e-9,
    backwardSecondsPerBlock: 1e-9,
    uploadSecondsPerByte: 0,
    downloadSecondsPerByte: 0,
    memoryBytes: 1e9,
  };
  const { capacity, held } = believeCapacity(claimed, plan, device, { elapsedSeconds: 65, ...traffic });
  expect(held).toBe(false);
  expect(secondsOf(capacity, 2)).toBeCloseTo(60);
});
