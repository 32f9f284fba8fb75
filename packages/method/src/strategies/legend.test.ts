import { describe, expect, it } from 'vitest';
import { depthCosts, timeDepths } from '../planning/depth-costs.ts';
import { adapterFor, contextOfJetsons, devicePlanOf, profileOf } from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';

const legend = createStrategy('legend');
const fedlora = createStrategy('fedlora');

describe('legend', () => {
  it('grows ranks towards the output, at a constant alpha per rank', () => {
    expect(legend.initialAdapter(profileOf(6))).toEqual({
      kind: 'lora',
      ranks: [4, 6, 7, 9, 10, 12],
      alphas: [8, 12, 14, 18, 20, 24],
    });
    const custom = createStrategy('legend', { ranks: { kind: 'uniform', min: 8 }, alphaPerRank: 1 });
    expect(custom.initialAdapter(profileOf(2))).toEqual({ kind: 'lora', ranks: [8, 8], alphas: [8, 8] });
  });

  it('gives a device the last ranks of the distribution and the time that the cost model predicts', () => {
    const context = contextOfJetsons(legend, 80, 1);
    const { devices, rankDistribution: ranks } = legend.plan(context);
    for (const { id, depth, seconds, ranks: own } of devices) {
      const device = context.devices.find((each) => each.id === id);
      if (device === undefined) throw new Error(`${id} is not of the fleet`);
      const { profile, localSteps } = context;
      expect(own).toEqual(ranks.slice(12 - depth));
      const times = timeDepths(device, depthCosts(profile, ranks, context), { blocks: 12, localSteps });
      expect(seconds).toBe(times[depth - 1]);
    }
  });

  it('plans shorter rounds, less waiting and depths of all kinds where all memories hold all blocks', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const context = contextOfJetsons(legend, 80, seed);
      const [adaptive, uniform] = [legend.plan(context), fedlora.plan(context)];
      expect(adaptive.roundSeconds).toBeLessThan(uniform.roundSeconds);
      expect(adaptive.waitingSeconds).toBeLessThan(uniform.waitingSeconds);
      const depths = adaptive.devices.map(({ depth }) => depth);
      expect([Math.min(...depths), Math.max(...depths)]).toEqual([1, 12]);
    }
  });

  it.each([
    ['base', [0, 0, 2]],
    ['global', [2, 2, 2]],
  ] as const)('starts a device of depth 1 with what trunk %s asks for', (trunk, modules) => {
    const global = { adapter: adapterFor(legend, 3, (index) => index), memory: null };
    const device = devicePlanOf({ ranks: [12], trunk });
    const adapter = legend.deviceAdapter(global, device);
    expect(adapter.blocks.map((block) => block.size)).toEqual(modules);
    expect(adapter.head).toEqual(global.adapter.head);
  });
});

describe('fedlora', () => {
  it('has the same total of ranks as legend, the same in every block', () => {
    expect(fedlora.initialAdapter(profileOf(6))).toMatchObject({ ranks: [8, 8, 8, 8, 8, 8] });
    const odd = createStrategy('fedlora', { ranks: { kind: 'custom', values: [1, 2, 4] } });
    expect(odd.initialAdapter(profileOf(3))).toMatchObject({ ranks: [2, 2, 3] });
  });

  it('trains all blocks everywhere and leaves out whose memory does not hold them', () => {
    const context = contextOfJetsons(fedlora, 3, 1);
    const [first, ...others] = context.devices;
    if (first === undefined) throw new Error('the fleet is empty');
    const small = { ...first, capacity: { ...first.capacity, memoryBytes: 1e9 } };
    const { devices, excluded } = fedlora.plan({ ...context, devices: [small, ...others] });
    expect(devices.map(({ depth }) => depth)).toEqual([12, 12]);
    expect(excluded).toEqual([
      {
        id: 'device-0',
        reason: expect.stringMatching(/training 12 blocks needs .* MB memory, it has 1000.0 MB/),
      },
    ]);
    expect(() => fedlora.plan({ ...context, devices: [small] })).toThrow(/12 blocks, got 1 devices/);
  });
});
