import type { Capacity } from '../capacity.ts';
import type { ModelProfile } from '../cost-model.ts';
import type { ConfigurationContext } from '../planning/configuration.ts';
import { depthCosts } from '../planning/depth-costs.ts';

/**
 * For plans worked by hand. 4 blocks, one local step, ranks 1, 2, 3, 4 at 1 parameter per rank, 2 of the head, 1 byte
 * each in messages: messages of depth 1 … 4 have 6, 9, 11, 12 bytes each way. Memory of depth k is 100 + 10·k + 16 ×
 * these: 206, 264, 306, 332.
 *
 *   completion time             depth 1    2     3     4
 *   a: 4·3   + 1·k                   13   14    15    16
 *   b: 4·2   + 2·k                   10   12    14    16
 *   c: 4·1.5 + 2.5·k + 0.5·bytes   11.5  15.5   19    22
 *   T_K, all at the same depth       13  15.5   19    22
 */
const profile: ModelProfile = {
  blocks: 4,
  rankParameters: new Array(4).fill({ A: 1, B: 0 }),
  bottleneckParameters: { perWidth: 1, fixed: 0 },
  headParameters: 2,
  weightBytes: 90,
  activationBytesPerBlock: 10,
  workingBytes: 10,
};
export const costs = depthCosts(profile, [1, 2, 3, 4], { trunk: 'base', valueBytes: 1 });
export const a = capacityOf(3, 1, 0);
export const b = capacityOf(2, 2, 0);
export const c = capacityOf(1.5, 2.5, 0.5);

export function capacityOf(forward: number, backward: number, upload: number): Capacity {
  return {
    forwardSecondsPerBlock: forward,
    backwardSecondsPerBlock: backward,
    uploadSecondsPerByte: upload,
    downloadSecondsPerByte: 0,
    memoryBytes: 1000,
  };
}

export function contextOf(capacities: { readonly [id: string]: Capacity }): ConfigurationContext {
  const devices = Object.entries(capacities).map(([id, capacity]) => ({ id, capacity }));
  return { profile, localSteps: 1, devices };
}
