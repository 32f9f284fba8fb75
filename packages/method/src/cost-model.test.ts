import { describe, expect, it } from 'vitest';
import type { Capacity } from './capacity.ts';
import {
  completionTime,
  countBottleneckParameters,
  countParameters,
  type ModelProfile,
  memoryBytes,
} from './cost-model.ts';
import { depthCosts, timeDepths } from './planning/depth-costs.ts';

const profile: ModelProfile = {
  blocks: 3,
  rankParameters: [
    { A: 4, B: 6 },
    { A: 4, B: 6 },
    { A: 12, B: 8 },
  ],
  bottleneckParameters: { perWidth: 9, fixed: 4 },
  headParameters: 5,
  weightBytes: 1000,
  activationBytesPerBlock: 100,
  workingBytes: 50,
};
const capacity: Capacity = {
  forwardSecondsPerBlock: 1,
  backwardSecondsPerBlock: 2,
  uploadSecondsPerByte: 0.5,
  downloadSecondsPerByte: 0.25,
  memoryBytes: 1e6,
};
const ranks = [1, 2, 3];

describe('cost model', () => {
  it('counts the parameters of the trained blocks and the head', () => {
    expect(countParameters(profile, { depth: 1, ranks })).toBe(3 * 20 + 5);
    expect(countParameters(profile, { depth: 2, ranks })).toBe(2 * 10 + 3 * 20 + 5);
    expect(countParameters(profile, { depth: 3, ranks })).toBe(10 + 20 + 60 + 5);
  });

  it('counts one factor alone', () => {
    expect(countParameters(profile, { depth: 2, ranks }, 'A')).toBe(2 * 4 + 3 * 12 + 5);
    expect(countParameters(profile, { depth: 2, ranks }, 'B')).toBe(2 * 6 + 3 * 8 + 5);
  });

  it('counts nothing for a block of rank 0', () => {
    expect(countParameters(profile, { depth: 2, ranks: [1, 0, 3] })).toBe(3 * 20 + 5);
  });

  it('counts the weights and biases of bottlenecks, and the head', () => {
    expect(countBottleneckParameters(profile, { depth: 2, width: 3 })).toBe(2 * (3 * 9 + 4) + 5);
  });

  it('runs all blocks forward, the trained ones backward, and moves the messages', () => {
    const load = { depth: 2, trunkBlocks: 1, localSteps: 4, bytesUp: 85, bytesDown: 95 };
    expect(completionTime(capacity, load)).toEqual({
      forwardSeconds: 4 * 3 * 1,
      backwardSeconds: 4 * 2 * 2,
      uploadSeconds: 85 * 0.5,
      downloadSeconds: 95 * 0.25,
      seconds: 12 + 16 + 42.5 + 23.75,
    });
  });

  it('holds value, gradient and two moments of what is trained in memory', () => {
    expect(memoryBytes(profile, 2, 85)).toBe(1000 + 50 + 2 * 100 + 16 * 85);
  });

  it('keeps the activations of quantised blocks in a quarter and their scales', () => {
    const wide = { ...profile, activationBytesPerBlock: 5120 };
    expect(memoryBytes(wide, 3, 85, 2)).toBe(1000 + 50 + 5120 + 2 * (1280 + 40) + 16 * 85);
  });

  it('takes a tenth of the backward pass more for a quantised block', () => {
    const load = { depth: 3, quantizedBlocks: 2, trunkBlocks: 0, localSteps: 5, bytesUp: 0, bytesDown: 0 };
    expect(completionTime(capacity, load)).toMatchObject({
      forwardSeconds: 15,
      backwardSeconds: 5 * 3.2 * 2,
    });
  });

  it.each([0, 4, 1.5, Number.NaN])('refuses depth %s of a model of 3 blocks', (depth) => {
    expect(() => countParameters(profile, { depth, ranks })).toThrow(/from 1 to 3/);
  });

  it('refuses a rank distribution of another length', () => {
    expect(() => countParameters(profile, { depth: 1, ranks: [1, 2] })).toThrow(
      /each of 3 blocks, got 2 ranks/,
    );
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s as a figure', (bad) => {
    const badBlock = { ...profile, rankParameters: profile.rankParameters.with(2, { A: bad, B: 0 }) };
    expect(() => memoryBytes({ ...profile, workingBytes: bad }, 1, 1)).toThrow(/workingBytes/);
    expect(() => countParameters({ ...profile, headParameters: bad }, { depth: 1, ranks })).toThrow(
      /headParameters/,
    );
    expect(() => countParameters(badBlock, { depth: 1, ranks })).toThrow(/block 3/);
    expect(() => countParameters(profile, { depth: 1, ranks: [1, 1, bad] })).toThrow(/block 3/);
  });
});

describe('costs by depth', () => {
  it('sends what is trained and fetches the same, at the bytes per value of the messages', () => {
    expect(depthCosts(profile, ranks, { trunk: 'base', valueBytes: 2 })).toEqual([
      { depth: 1, memoryBytes: 1150 + 16 * 65, bytesUp: 130, bytesDown: 130 },
      { depth: 2, memoryBytes: 1250 + 16 * 85, bytesUp: 170, bytesDown: 170 },
      { depth: 3, memoryBytes: 1350 + 16 * 95, bytesUp: 190, bytesDown: 190 },
    ]);
  });

  it('fetches all blocks where the trunk is the global adapter', () => {
    const costs = depthCosts(profile, ranks, { trunk: 'global', valueBytes: 4 });
    expect(costs.map(({ bytesUp, bytesDown }) => [bytesUp, bytesDown])).toEqual([
      [260, 380],
      [340, 380],
      [380, 380],
    ]);
  });

  it('counts one factor where only that one is trained or fetched', () => {
    const [cost] = depthCosts(profile, ranks, { trunk: 'base', valueBytes: 1, sent: 'B', received: 'A' });
    expect(cost).toEqual({ depth: 1, memoryBytes: 1150 + 16 * 29, bytesUp: 29, bytesDown: 41 });
  });

  it('takes the forward pass of the trunk from what the device expects of its cache', () => {
    const costs = depthCosts(profile, ranks, { trunk: 'base', valueBytes: 0 });
    const work = { blocks: 3, localSteps: 2 };
    expect(timeDepths({ id: 'a', capacity }, costs, work)).toEqual([2 * (3 + 2), 2 * (3 + 4), 2 * (3 + 6)]);
    const warm = { id: 'a', capacity, trunkBlocks: [0, 0.5, 0] };
    expect(timeDepths(warm, costs, work)).toEqual([2 * (1 + 2), 2 * (2.5 + 4), 2 * (3 + 6)]);
  });
});
