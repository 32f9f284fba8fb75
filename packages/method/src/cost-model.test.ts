import { describe, expect, it } from 'vitest';
import type { Capacity } from './capacity.ts';
import {
  completionTime,
  type ModelProfile,
  memoryBytes,
  messageBytes,
  type RoundWork,
} from './cost-model.ts';

const profile: ModelProfile = {
  blocks: 3,
  adapterBytesPerRank: [10, 10, 20],
  headBytes: 5,
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
const work: RoundWork = { depth: 2, ranks: [1, 2, 3], localSteps: 4, trunk: 'base' };

describe('cost model', () => {
  it('counts the trained blocks and the head as the message', () => {
    expect(messageBytes(profile, { depth: 1, ranks: [1, 2, 3] })).toBe(3 * 20 + 5);
    expect(messageBytes(profile, { depth: 2, ranks: [1, 2, 3] })).toBe(2 * 10 + 3 * 20 + 5);
    expect(messageBytes(profile, { depth: 3, ranks: [1, 2, 3] })).toBe(10 + 20 + 60 + 5);
  });

  it('runs all blocks forward, the trained ones backward, and moves the message both ways', () => {
    expect(completionTime(capacity, profile, work)).toEqual({
      forwardSeconds: 4 * 3 * 1,
      backwardSeconds: 4 * 2 * 2,
      uploadSeconds: 85 * 0.5,
      downloadSeconds: 85 * 0.25,
      seconds: 12 + 16 + 42.5 + 21.25,
    });
  });

  it('downloads all blocks, and uploads its own, where the trunk is the global adapter', () => {
    const time = completionTime(capacity, profile, { ...work, trunk: 'global' });
    expect(time.uploadSeconds).toBe(85 * 0.5);
    expect(time.downloadSeconds).toBe(95 * 0.25);
  });

  it('holds value, gradient and two moments of what is trained in memory', () => {
    expect(memoryBytes(profile, { depth: 2, ranks: [1, 2, 3] })).toBe(1000 + 50 + 2 * 100 + 4 * 85);
  });

  it.each([0, 4, 1.5, Number.NaN])('refuses depth %s of a model of 3 blocks', (depth) => {
    expect(() => messageBytes(profile, { depth, ranks: [1, 2, 3] })).toThrow(/from 1 to 3/);
  });

  it('refuses a rank distribution of another length', () => {
    expect(() => messageBytes(profile, { depth: 1, ranks: [1, 2] })).toThrow(/each of 3 blocks, got 2 ranks/);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s as a figure', (bad) => {
    const slow = { ...capacity, uploadSecondsPerByte: bad };
    expect(() => completionTime(slow, profile, work)).toThrow(/uploadSecondsPerByte to be finite/);
    expect(() => completionTime(capacity, profile, { ...work, localSteps: bad })).toThrow(/localSteps/);
    expect(() => memoryBytes({ ...profile, workingBytes: bad }, work)).toThrow(/workingBytes/);
    expect(() => messageBytes({ ...profile, headBytes: bad }, work)).toThrow(/headBytes/);
    expect(() => messageBytes({ ...profile, adapterBytesPerRank: [1, 1, bad] }, work)).toThrow(/block 3/);
    expect(() => messageBytes(profile, { depth: 1, ranks: [1, 1, bad] })).toThrow(/block 3/);
  });
});
