import { type Adapter, restrictToDepth } from '@legend-fl/adapter';
import { describe, expect, it } from 'vitest';
import { countBottleneckParameters, countParameters, type ModelProfile } from '../cost-model.ts';
import type { GlobalState, JsonValue } from '../global-state.ts';
import { bottleneckSize, extendBottlenecks } from '../ranks/bottleneck-size.ts';
import type { DeviceContext, RoundContext } from '../round-context.ts';
import {
  adapterFor,
  contextOfJetsons,
  devicePlanOf,
  profileOf,
  updateOf,
} from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';
import { describeStrategyContract } from './strategy.contract.ts';
import type { Strategy } from './strategy.ts';

const fedadapter = createStrategy('fedadapter', { ranks: { kind: 'uniform', min: 8 } });

/** A trial is due: three ordinary rounds are over. */
const DUE: JsonValue = { loss: 1, roundsSinceTrial: 3, lastTrial: [] };

/** A bottleneck has 20 parameters per unit and 10 more; LoRA of rank 8 on all blocks 3·8·200 = 4800. */
const profile: ModelProfile = {
  blocks: 3,
  rankParameters: Array.from({ length: 3 }, () => ({ A: 100, B: 100 })),
  bottleneckParameters: { perWidth: 20, fixed: 10 },
  headParameters: 6,
  weightBytes: 1000,
  activationBytesPerBlock: 100,
  workingBytes: 0,
};

/** Takes `speed` seconds per block forward and twice as long backward. */
function deviceOf(id: string, speed: number, memoryBytes = 1e6): DeviceContext {
  const capacity = {
    forwardSecondsPerBlock: speed,
    backwardSecondsPerBlock: 2 * speed,
    uploadSecondsPerByte: 0,
    downloadSecondsPerByte: 0,
    memoryBytes,
  };
  return { id, capacity };
}

function contextOf(
  devices: readonly DeviceContext[],
  memory: JsonValue,
  size = { depth: 1, width: 8 },
): RoundContext {
  return {
    round: 4,
    profile,
    localSteps: 2,
    trunk: 'global',
    valueBytes: 4,
    lastEvaluation: null,
    devices,
    global: { adapter: adapterOf(size), memory },
  };
}

function adapterOf(size: { readonly depth: number; readonly width: number }): Adapter {
  return extendBottlenecks(
    adapterFor(fedadapter, 3, (index) => index / 8),
    size,
  );
}

/** Depth and width by device. */
function sizesIn(context: RoundContext): Record<string, readonly (number | undefined)[]> {
  const { devices } = fedadapter.plan(context);
  return Object.fromEntries(devices.map(({ id, depth, ranks }) => [id, [depth, ranks[0]]]));
}

const seven = [1, 2, 3, 4, 5, 6, 7].map((speed) => deviceOf(`takes-${speed}`, speed));

describe('fedadapter', () => {
  it('starts with width 8 in the top block only', () => {
    expect(fedadapter.initialAdapter(profileOf(4))).toEqual({ kind: 'bottleneck', widths: [0, 0, 0, 8] });
  });

  it('trains the current size on all devices between trials, on the frozen base', () => {
    for (const roundsSinceTrial of [0, 1, 2]) {
      const memory = { loss: 1, roundsSinceTrial, lastTrial: [] };
      const plan = fedadapter.plan(contextOf([deviceOf('a', 1), deviceOf('b', 2)], memory));
      expect(plan.rankDistribution).toEqual([0, 0, 8]);
      // 8·20 + 10 + 6 = 176 parameters; 2·(3 forward + 1 backward of twice as long) = 10 seconds
      const common = { depth: 1, ranks: [8], trunk: 'base', memoryBytes: 3916, bytesUp: 704, bytesDown: 704 };
      expect(plan.devices).toEqual([
        { id: 'a', seconds: 10, ...common },
        { id: 'b', seconds: 20, ...common },
      ]);
      expect([plan.targetSeconds, plan.roundSeconds, plan.waitingSeconds]).toEqual([20, 20, 5]);
    }
  });

  it('counts only what of the trunk a warm cache leaves to compute', () => {
    const warm = { ...deviceOf('a', 1), trunkBlocks: [0.5, 0, 0] };
    expect(fedadapter.plan(contextOf([warm], null)).roundSeconds).toBe(2 * (1.5 + 2));
  });

  it('deals devices in turn from the fastest to the current size, one deeper and one wider', () => {
    const shuffled = [3, 0, 6, 2, 5, 1, 4].flatMap((index) => seven[index] ?? []);
    const [current, deeper, wider] = [
      [1, 8],
      [2, 8],
      [1, 16],
    ];
    const round4 = contextOf(shuffled, DUE);
    expect(sizesIn(round4)).toEqual({
      'takes-1': deeper,
      'takes-2': wider,
      'takes-3': current,
      'takes-4': deeper,
      'takes-5': wider,
      'takes-6': current,
      'takes-7': deeper,
    });
    expect(sizesIn({ ...round4, round: 8 })).toMatchObject({ 'takes-1': wider, 'takes-7': wider });
    expect(fedadapter.plan(round4).devices.map(({ id }) => id)).toEqual(shuffled.map(({ id }) => id));
    expect(fedadapter.plan(round4).rankDistribution).toEqual([0, 0, 8]);
  });

  it.each([
    ['at full depth', { depth: 3, width: 8 }, ['[3,8]', '[3,16]']],
    // 3·(72·20 + 10) = 4350 parameters, 3·(80·20 + 10) = 4830
    ['at full depth and the parameters of LoRA', { depth: 3, width: 72 }, ['[3,72]']],
    // 2·(80·20 + 10) = 3220, 2·(88·20 + 10) = 3540
    ['where a step deeper takes more parameters than LoRA', { depth: 2, width: 80 }, ['[2,80]', '[2,88]']],
  ])('tries no step that goes too far: %s', (_case, size, expected) => {
    const sizes = Object.values(sizesIn(contextOf(seven, DUE, size))).map((each) => JSON.stringify(each));
    expect([...new Set(sizes)].sort()).toEqual([...expected].sort());
  });

  it('tries no step that a training device cannot afford, and leaves out who cannot go on', () => {
    // Depth 2: 1000 + 200 + 16·346 = 6736; width 16: 1000 + 100 + 16·336 = 6476; now: 3916.
    const withMemory = (memoryBytes: number) =>
      new Set(
        Object.values(sizesIn(contextOf([...seven, deviceOf('small', 9, memoryBytes)], DUE))).map(String),
      );
    expect(withMemory(6736)).toEqual(new Set(['1,8', '2,8', '1,16']));
    expect(withMemory(6735)).toEqual(new Set(['1,8', '1,16']));
    expect(withMemory(6475)).toEqual(new Set(['1,8']));
    const tooSmall = contextOf([...seven, deviceOf('small', 9, 3915)], DUE);
    expect(new Set(Object.values(sizesIn(tooSmall)).map(String))).toEqual(new Set(['1,8', '2,8', '1,16']));
    expect(fedadapter.plan(tooSmall).excluded).toEqual([
      { id: 'small', reason: 'training 1 block needs 3.9 kB memory, it has 3.9 kB' },
    ]);
  });

  it('tries no more sizes than there are devices', () => {
    const two = contextOf(seven.slice(0, 2), DUE);
    expect(sizesIn(two)).toEqual({ 'takes-1': [2, 8], 'takes-2': [1, 8] });
    expect(sizesIn({ ...two, round: 8 })).toEqual({ 'takes-1': [1, 8], 'takes-2': [2, 8] });
    expect(sizesIn(contextOf(seven.slice(0, 1), DUE))).toEqual({ 'takes-1': [1, 8] });
  });

  it.each([
    [2, ['1,8', '2,8', '1,16']],
    [3, ['1,8', '2,8']],
    [4, ['1,8']],
    [8, ['1,8']],
  ])('tries no more sizes than have %i devices each, the minimum cohort', (minimumCohort, expected) => {
    const sizes = Object.values(sizesIn({ ...contextOf(seven, DUE), minimumCohort })).map(String);
    expect(new Set(sizes)).toEqual(new Set(expected));
  });

  it('deals devices that are not awaited last, and lets them stop no step', () => {
    const idle = (device: DeviceContext): DeviceContext => ({ ...device, awaited: false });
    // Room for what they train now, not for a step; the first would be dealt one, the other the current size.
    const small = [deviceOf('small', 0.1, 3916), deviceOf('other', 0.2, 3916)];
    const sizes = sizesIn(contextOf([...small.map(idle), ...seven], DUE));
    expect(sizes).toEqual({
      ...sizesIn(contextOf(seven, DUE)),
      small: [1, 8],
      other: [1, 8],
    });
  });

  it('starts devices of all groups from the same function, in the shapes of their plans', () => {
    const { global } = contextOf(seven, DUE);
    for (const [depth, width] of [
      [1, 8],
      [2, 8],
      [1, 16],
    ] as const) {
      const device = devicePlanOf({ depth, ranks: new Array<number>(depth).fill(width) });
      const adapter = fedadapter.deviceAdapter(global, device);
      expect(bottleneckSize(adapter)).toEqual({ depth, width });
      expect(adapter).toEqual(extendBottlenecks(global.adapter, { depth, width }));
      expect(restrictToDepth(adapter, depth)).toEqual(adapter);
    }
  });

  it('grows over many rounds within the parameters of LoRA, with a memory of plain JSON', () => {
    let context = contextOfJetsons(fedadapter, 9, 1);
    const { profile } = context;
    const budget = countParameters(profile, { depth: 12, ranks: new Array<number>(12).fill(8) });
    let size = bottleneckSize(context.global.adapter);
    for (let round = 1; round <= 40; round++) {
      const global = playRound({ ...context, round });
      expect(JSON.parse(JSON.stringify(global.memory))).toEqual(global.memory);
      const next = bottleneckSize(global.adapter);
      const steps = next.depth - size.depth + (next.width - size.width) / 8;
      expect(round % 4 === 0 ? [0, 1] : [0]).toContain(steps);
      expect(countBottleneckParameters(profile, next)).toBeLessThanOrEqual(budget);
      context = { ...context, global };
      size = next;
    }
    expect(size.depth).toBeGreaterThan(1);
    expect(size.width).toBeGreaterThan(8);
  });
});

/** The state after a round of devices that learn the better the deeper and the wider their bottlenecks are. */
function playRound(context: RoundContext): GlobalState {
  const { round, global } = context;
  const plan = fedadapter.plan(context);
  const begun = fedadapter.begin(global, plan);
  const sum = plan.devices.reduce((sum, device) => {
    const { id: deviceId, depth, ranks } = device;
    const loss = 1 / (round + depth + (ranks[0] ?? 0) / 8);
    const adapter = fedadapter.deviceAdapter(global, device);
    return fedadapter.add(sum, updateOf(adapter, { deviceId, round, depth, loss }));
  }, begun);
  return fedadapter.finish(sum);
}

describe('in a trial round', () => {
  const inTrial = (): Strategy => {
    const strategy = createStrategy('fedadapter');
    const plan: Strategy['plan'] = (context) =>
      strategy.plan({ ...context, global: { ...context.global, memory: DUE } });
    return { ...strategy, plan };
  };
  describeStrategyContract('fedadapter', inTrial);
});
