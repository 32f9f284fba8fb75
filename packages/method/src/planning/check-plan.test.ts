import { InputError } from '@legend-fl/base';
import { describe, expect, it } from 'vitest';
import type { DevicePlan, Plan } from '../plan.ts';
import type { RoundContext } from '../round-context.ts';
import { createStrategy } from '../strategies/registry.ts';
import { contextOfJetsons } from '../testing/round-contexts.ts';
import { checkPlan } from './check-plan.ts';

const strategy = createStrategy('legend');
const context = contextOfJetsons(strategy, 4, 1);
const plan = strategy.plan(context);
const [first, ...rest] = plan.devices;
if (first === undefined) throw new Error('the plan has no devices');

const withFirst = (changes: Partial<DevicePlan>): Plan => ({
  ...plan,
  devices: [{ ...first, ...changes }, ...rest],
});

it('takes a plan as it is', () => {
  expect(() => checkPlan(plan, context)).not.toThrow();
});

it('refuses a plan that forgets the minimum cohort of its round', () => {
  expect(() => checkPlan(plan, { ...context, minimumCohort: 3 })).toThrow(
    /a minimum cohort of 3, as the round has it, got 1/,
  );
});

describe('refuses', () => {
  it.each<[string, Plan, RegExp]>([
    ['another round', { ...plan, round: 2 }, /^plan: expected a plan of round 1, got one of round 2/],
    ['half a local step', { ...plan, localSteps: 0.5 }, /local steps from 1, got 0.5/],
    ['a time that is no number', { ...plan, waitingSeconds: Number.NaN }, /waitingSeconds to be finite/],
    ['ranks for another model', { ...plan, rankDistribution: [8] }, /expected 12 ranks, got 1/],
    [
      'a broken rank of the model',
      { ...plan, rankDistribution: plan.rankDistribution.map((rank) => rank / 8) },
      /whole ranks from 0, got 0.5/,
    ],
    [
      'a minimum cohort that the round does not have',
      { ...plan, minimumCohort: 2 },
      /a minimum cohort of 1, as the round has it, got 2/,
    ],
    ['no device', { ...plan, devices: [] }, /at least one device, got none/],
    ['a device twice', { ...plan, devices: [first, first] }, /got device-0 twice/],
    ['a device that is not there', withFirst({ id: 'device-9' }), /got device-9 twice or not of the round/],
    [
      'a device both planned and left out',
      { ...plan, excluded: [{ id: 'device-0', reason: 'slow' }] },
      /got device-0 twice/,
    ],
    ['depth 0', withFirst({ depth: 0 }), /^plan, device device-0: expected a depth from 1 to 12, got 0/],
    ['depth beyond the model', withFirst({ depth: 13 }), /a depth from 1 to 12, got 13/],
    ['a rank too many', withFirst({ ranks: [...first.ranks, 1] }), /one per trained block/],
    [
      'a rank below 0',
      withFirst({ ranks: first.ranks.map(() => -1) }),
      /device-0: expected whole ranks from 0, got -1/,
    ],
    ['a trunk that nobody sends out', withFirst({ trunk: 'global' }), /expected trunk base/],
    ['more quantised blocks than trained', withFirst({ training: { quantizedBlocks: 13 } }), /got 13/],
    ['endless seconds', withFirst({ seconds: Number.POSITIVE_INFINITY }), /seconds to be finite/],
  ])('%s', (_, wrong, message) => {
    expect(() => checkPlan(wrong, context)).toThrow(InputError);
    expect(() => checkPlan(wrong, context)).toThrow(message);
  });
});

describe('refuses as understated', () => {
  it.each<[string, Partial<DevicePlan>]>([
    ['memory', { memoryBytes: first.memoryBytes * 0.99 }],
    ['bytes up', { bytesUp: first.bytesUp * 0.99 }],
    ['bytes down', { bytesDown: first.bytesDown * 0.99 }],
    ['larger ranks at the cost of smaller ones', { ranks: first.ranks.map((rank) => rank + 1) }],
    ['only the head up with both factors trained', { bytesUp: 4 * context.profile.headParameters }],
  ])('%s', (_, changes) => {
    expect(() => checkPlan(withFirst(changes), context)).toThrow(
      expect.objectContaining({ code: 'plan-understated' }),
    );
  });

  it('but not what a single factor, quantising or fetching only the head saves', () => {
    const { profile, valueBytes } = context;
    const total = first.ranks.reduce((sum, rank) => sum + rank, 0);
    const oneFactor = profile.headParameters + total * (profile.rankParameters[0]?.B ?? 0);
    const lean = withFirst({
      training: { factors: 'B', quantizedBlocks: 1 },
      received: 'head',
      memoryBytes: first.memoryBytes - 0.7 * profile.activationBytesPerBlock,
      bytesUp: valueBytes * oneFactor,
      bytesDown: valueBytes * profile.headParameters,
    });
    expect(() => checkPlan(lean, context)).not.toThrow();
  });
});

describe('refuses as beyond what a device has', () => {
  const alone: Plan = { ...plan, devices: [first] };
  const limited = (memoryBytes: number, bytesBudget: number): RoundContext => ({
    ...context,
    devices: context.devices.map(({ id, capacity }) => ({
      id,
      capacity: { ...capacity, memoryBytes },
      bytesBudget,
    })),
  });
  const beyond = expect.objectContaining({ code: 'plan-beyond-budget' });
  const bytes = first.bytesUp + first.bytesDown;

  it('memory or traffic', () => {
    expect(() => checkPlan(alone, limited(first.memoryBytes, bytes))).not.toThrow();
    expect(() => checkPlan(alone, limited(first.memoryBytes - 1, bytes))).toThrow(beyond);
    expect(() => checkPlan(alone, limited(first.memoryBytes, bytes - 1))).toThrow(beyond);
  });
});
