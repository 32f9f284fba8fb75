import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Capacity } from '../capacity.ts';
import { countParameters, memoryBytes } from '../cost-model.ts';
import type { RoundContext } from '../round-context.ts';
import { adapterFor, planningContexts } from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';

const fedquad = createStrategy('fedquad');

/** Three blocks of 512 bytes of activations, 132 if quantised, and 2 parameters. */
const profile = {
  blocks: 3,
  rankParameters: Array.from({ length: 3 }, () => ({ A: 1, B: 1 })),
  bottleneckParameters: { perWidth: 1, fixed: 1 },
  headParameters: 0,
  weightBytes: 1000,
  activationBytesPerBlock: 512,
  workingBytes: 0,
};

/** One second per block forward, nothing for transfers. */
function capacityOf(memoryBytes: number, backwardSecondsPerBlock: number): Capacity {
  return {
    forwardSecondsPerBlock: 1,
    backwardSecondsPerBlock,
    uploadSecondsPerByte: 0,
    downloadSecondsPerByte: 0,
    memoryBytes,
  };
}

const cases = planningContexts.map((planning): RoundContext => {
  const adapter = adapterFor(fedquad, planning.profile.blocks, () => 0);
  return { ...planning, global: { adapter, memory: null } };
});

describe('fedquad', () => {
  /**
   * M(k, q) = 1000 + 512k - 380q + 32k: 1544, 1164 | 2088, 1708, 1328 | 2632, 2252, 1872, 1492. With t = 3 + (k + q/10)b:
   *
   *   big    q 0, 0, 0   t 4, 5, 6        F = 6, the least time at full depth; T_1 = 6 is slow's, so T* = 6
   *   mid    q 0, 1, 2   t 4, 5.1, 6.2
   *   small  q 1, 2, 3   t 4.1, 5.2, 6.3
   *   slow   q 0, 0, 0   t 6, 9, 12
   *   tiny   q 1         t 4.1
   */
  it('quantises as little as memory asks for, and fits depths to a common deadline', () => {
    const one = createStrategy('fedquad', { ranks: { kind: 'uniform', min: 1 } });
    const context: RoundContext = {
      round: 1,
      profile,
      localSteps: 1,
      trunk: 'base',
      valueBytes: 4,
      lastEvaluation: null,
      devices: [
        { id: 'big', capacity: capacityOf(2632, 1) },
        { id: 'mid', capacity: capacityOf(2000, 1) },
        { id: 'small', capacity: capacityOf(1500, 1) },
        { id: 'slow', capacity: capacityOf(3000, 3) },
        { id: 'tiny', capacity: capacityOf(1164, 1) },
        { id: 'none', capacity: capacityOf(1100, 1) },
      ],
      global: { adapter: { blocks: [], head: new Map() }, memory: null },
    };
    const { devices, excluded, targetSeconds } = one.plan(context);
    expect(
      devices.map(({ id, depth, training, memoryBytes, seconds }) => ({
        id,
        depth,
        training,
        memoryBytes,
        seconds,
      })),
    ).toEqual([
      { id: 'big', depth: 3, training: undefined, memoryBytes: 2632, seconds: 6 },
      { id: 'mid', depth: 2, training: { quantizedBlocks: 1 }, memoryBytes: 1708, seconds: 5.1 },
      { id: 'small', depth: 2, training: { quantizedBlocks: 2 }, memoryBytes: 1328, seconds: 5.2 },
      { id: 'slow', depth: 1, training: undefined, memoryBytes: 1544, seconds: 6 },
      { id: 'tiny', depth: 1, training: { quantizedBlocks: 1 }, memoryBytes: 1164, seconds: 4.1 },
    ]);
    expect(targetSeconds).toBe(6);
    expect(excluded).toEqual([{ id: 'none', reason: 'training 1 block needs 1.2 kB memory, it has 1.1 kB' }]);
  });

  it('predicts the memory of what it quantises, and one block less would not fit', () => {
    fc.assert(
      fc.property(cases, (context) => {
        const { profile } = context;
        const { devices, rankDistribution: ranks } = fedquad.plan(context);
        for (const { id, depth, training, memoryBytes: predicted } of devices) {
          const memory = context.devices.find((device) => device.id === id)?.capacity.memoryBytes ?? 0;
          const quantized = training?.quantizedBlocks ?? 0;
          const parameters = countParameters(profile, { depth, ranks });
          expect(quantized).toBeLessThanOrEqual(depth);
          expect(predicted).toBe(memoryBytes(profile, depth, parameters, quantized));
          expect(predicted).toBeLessThanOrEqual(memory);
          if (quantized === 0) continue;
          expect(memoryBytes(profile, depth, parameters, quantized - 1)).toBeGreaterThan(memory);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never lowers the depth of a device that gets more memory', () => {
    const more = fc.double({ min: 1, max: 4, noNaN: true });
    fc.assert(
      fc.property(cases, fc.nat(), more, (context, pick, factor) => {
        const index = pick % context.devices.length;
        const device = context.devices[index];
        if (device === undefined) return;
        const { capacity } = device;
        const larger = { ...device, capacity: { ...capacity, memoryBytes: factor * capacity.memoryBytes } };
        const depthIn = ({ devices }: Pick<RoundContext, 'devices'>) =>
          fedquad.plan({ ...context, devices }).devices.find(({ id }) => id === device.id)?.depth ?? 0;
        const devices = context.devices.with(index, larger);
        expect(depthIn({ devices })).toBeGreaterThanOrEqual(depthIn(context));
      }),
      { numRuns: 1000 },
    );
  });

  it('fits depths to a trimmed deadline if asked to, and says so', () => {
    const trimmed = createStrategy('fedquad', { ranks: { kind: 'uniform', min: 1 }, deadline: 'trimmed' });
    expect(trimmed.describe().options).toMatchObject({ deadline: 'trimmed' });
    expect(fedquad.describe().options).not.toHaveProperty('deadline');
    const shared = createStrategy('fedquad', { ranks: { kind: 'uniform', min: 1 }, deadline: 'shared' });
    // t(k) = 3 + k·b: 4, 5, 6 s; 6, 9, 12 s; of the liar none. All of them hold everything.
    const liar = { ...capacityOf(3000, 0), forwardSecondsPerBlock: 0 };
    const context: RoundContext = {
      round: 1,
      profile,
      localSteps: 1,
      trunk: 'base',
      valueBytes: 4,
      lastEvaluation: null,
      devices: [
        { id: 'one', capacity: capacityOf(3000, 1) },
        { id: 'other', capacity: capacityOf(3000, 1) },
        { id: 'slow', capacity: capacityOf(3000, 3) },
        { id: 'liar', capacity: liar },
      ],
      global: { adapter: { blocks: [], head: new Map() }, memory: null },
    };
    const depthsOf = (strategy: typeof fedquad, devices = context.devices) =>
      strategy.plan({ ...context, devices }).devices.map(({ depth }) => depth);
    expect(depthsOf(trimmed)).toEqual([3, 3, 1, 3]);
    // With memory for one block it takes the others down to one where the deadline is shared, and not where it is trimmed.
    const small = { id: 'liar', capacity: { ...liar, memoryBytes: 1164 } };
    const devices = context.devices.slice(0, 2);
    expect(depthsOf(trimmed, [...devices, small])).toEqual([3, 3, 1]);
    expect(depthsOf(shared, [...devices, small])).toEqual([1, 1, 1]);
  });

  it('takes in devices that hold a block only if it is quantised', () => {
    const legend = createStrategy('legend', { ranks: { kind: 'uniform', min: 8 } });
    const quantizing = createStrategy('fedquad', { ranks: { kind: 'uniform', min: 8 } });
    let gained = 0;
    fc.assert(
      fc.property(cases, (context) => {
        const [without, withIt] = [legend.plan(context), quantizing.plan(context)];
        gained += withIt.devices.length - without.devices.length;
        const excluded = new Set(without.excluded.map(({ id }) => id));
        expect(withIt.excluded.every(({ id }) => excluded.has(id))).toBe(true);
      }),
      { numRuns: 200 },
    );
    expect(gained).toBeGreaterThan(0);
  });
});
