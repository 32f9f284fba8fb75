import { type Adapter, mapTensors } from '@legend-fl/adapter';
import { describe, expect, it } from 'vitest';
import type { GlobalState } from '../global-state.ts';
import type { Plan } from '../plan.ts';
import { bottleneckSize, extendBottlenecks } from '../ranks/bottleneck-size.ts';
import { adapterFor, devicePlanOf, planFor, updateOf } from '../testing/round-contexts.ts';
import { addToTrial, beginTrial, finishTrial, readTrialMemory } from './fedadapter-trial.ts';
import { createStrategy } from './registry.ts';

const adapter = adapterFor(createStrategy('fedadapter'), 2, (index) => index / 8);
const global: GlobalState = { adapter, memory: { loss: 1, roundsSinceTrial: 3, lastTrial: [] } };

const SIZES = {
  current: { depth: 1, width: 8 },
  deeper: { depth: 2, width: 8 },
  wider: { depth: 1, width: 16 },
};
type Group = keyof typeof SIZES;

/** Group, predicted seconds, examples and training loss of a device; no loss if its update never came. */
type Row = readonly [group: Group, seconds: number, examples: number, loss?: number];

/** Every device adds its number, from 1, to each value of what it started from. */
function finishWith(start: GlobalState, rows: readonly Row[], changes: Partial<Plan> = {}): GlobalState {
  const idOf = (index: number) => `device-${index + 1}`;
  const plan: Plan = {
    ...planFor([]),
    ...changes,
    devices: rows.map(([group, seconds], index) => {
      const { depth, width } = SIZES[group];
      return devicePlanOf({
        id: idOf(index),
        depth,
        ranks: new Array<number>(depth).fill(width),
        seconds,
      });
    }),
  };
  let sum = beginTrial(start, plan);
  for (const [index, [group, , examples, loss]] of rows.entries()) {
    if (loss === undefined) continue;
    const trained = raised(extendBottlenecks(adapter, SIZES[group]), index + 1);
    const { depth } = SIZES[group];
    sum = addToTrial(sum, updateOf(trained, { deviceId: idOf(index), depth, examples, loss }));
  }
  return finishTrial(sum);
}

function raised(from: Adapter, by: number): Adapter {
  return mapTensors(from, (_name, { dims, data }) => ({ dims, data: data.map((value) => value + by) }));
}

it('times a group by its slowest device of those that are awaited', () => {
  const devices = [
    devicePlanOf({ id: 'a', ranks: [8], seconds: 5 }),
    devicePlanOf({ id: 'b', ranks: [8], seconds: 7 }),
    devicePlanOf({ id: 'c', ranks: [8], seconds: 3600, awaited: false }),
    devicePlanOf({ id: 'd', ranks: [16], seconds: 9, awaited: false }),
  ];
  const { groups } = beginTrial(global, { ...planFor([]), devices });
  expect(groups.map(({ width, seconds }) => [width, seconds])).toEqual([
    [8, 7],
    [16, 9],
  ]);
});

describe('a trial of fedadapter', () => {
  // Gains: current 1 - (0.375 + 3·0.875)/4 = 0.25 in 10 s, deeper 0.5 in 20 s, wider 0.25 in 12.5 s.
  const rows: readonly Row[] = [
    ['current', 5, 1, 0.375],
    ['deeper', 20, 2, 0.5],
    ['current', 10, 3, 0.875],
    ['wider', 12.5, 1, 0.75],
  ];
  const sizeAfter = (...changed: readonly Row[]) => bottleneckSize(finishWith(global, changed).adapter);

  it('is won by the best gain of training loss per second, by the smaller size among equals', () => {
    expect(sizeAfter(...rows)).toEqual(SIZES.current);
    expect(sizeAfter(...rows.with(1, ['deeper', 19.9, 2, 0.5]))).toEqual(SIZES.deeper);
    expect(sizeAfter(...rows.with(3, ['wider', 12.5, 1, 0.625]))).toEqual(SIZES.wider);
  });

  it('is won by the least loss, whatever it takes, where none gains', () => {
    expect(sizeAfter(['current', 1, 1, 1.5], ['deeper', 90, 1, 1.25], ['wider', 2, 1, 2])).toEqual(
      SIZES.deeper,
    );
    expect(sizeAfter(['current', 1, 1, 1.25], ['deeper', 90, 1, 1.5])).toEqual(SIZES.current);
    expect(sizeAfter(['current', 1, 1, 1.5], ['deeper', 90, 1, 0.99], ['wider', 2, 1, 1])).toEqual(
      SIZES.deeper,
    );
  });

  it('goes on from the average over the winning group alone, with its loss, and counts rounds anew', () => {
    const { adapter: after, memory } = finishWith(global, rows);
    expect(after).toEqual(raised(adapter, (1 * 1 + 3 * 3) / 4));
    expect(memory).toEqual({
      loss: 0.75,
      roundsSinceTrial: 0,
      lastTrial: [
        { depth: 1, width: 8, seconds: 10, loss: 0.75, score: 0.025 },
        { depth: 2, width: 8, seconds: 20, loss: 0.5, score: 0.025 },
        { depth: 1, width: 16, seconds: 12.5, loss: 0.75, score: 0.02 },
      ],
    });
  });

  it('is decided among the groups that sent something', () => {
    expect(sizeAfter(['current', 10, 1], ['deeper', 20, 1, 2], ['wider', 12.5, 1])).toEqual(SIZES.deeper);
    expect(
      finishWith(global, [
        ['current', 10, 1],
        ['deeper', 20, 1],
      ]),
    ).toBe(global);
  });

  it('is not won by a group with fewer updates than the minimum cohort', () => {
    const claimed = rows.with(1, ['deeper', 20, 2, -1]);
    expect(sizeAfter(...claimed)).toEqual(SIZES.deeper);
    const { adapter: after, memory } = finishWith(global, claimed, { minimumCohort: 2 });
    expect(after).toEqual(raised(adapter, (1 * 1 + 3 * 3) / 4));
    expect(memory).toMatchObject({ loss: 0.75, roundsSinceTrial: 0 });
    expect(finishWith(global, claimed, { minimumCohort: 3 })).toBe(global);
  });

  it('refuses a device that is not in the plan, and the shapes of another group', () => {
    const plan = {
      ...planFor([]),
      devices: [devicePlanOf({ id: 'a', ranks: [8] }), devicePlanOf({ id: 'b', ranks: [16] })],
    };
    const sum = beginTrial(global, plan);
    const update = updateOf(adapter, { deviceId: 'c', depth: 1 });
    expect(() => addToTrial(sum, update)).toThrow(/a device of the plan, got c/);
    expect(() => addToTrial(sum, { ...update, deviceId: 'b' })).toThrow(/of shape \[16/);
    expect(finishTrial(sum)).toBe(global);
  });
});

describe('an ordinary round of fedadapter', () => {
  it('averages all, counts the round and keeps the last trial on record', () => {
    const before = { loss: 9, roundsSinceTrial: 1, lastTrial: [{ depth: 1 }] };
    const { adapter: after, memory } = finishWith({ adapter, memory: before }, [
      ['current', 1, 1, 0.5],
      ['current', 9, 3, 0.25],
    ]);
    expect(after).toEqual(raised(adapter, (1 * 1 + 3 * 2) / 4));
    expect(memory).toEqual({ loss: 0.3125, roundsSinceTrial: 2, lastTrial: [{ depth: 1 }] });
  });

  it('is the first where there is no memory yet', () => {
    const { memory } = finishWith({ adapter, memory: null }, [['current', 1, 1, 0.5]]);
    expect(memory).toEqual({ loss: 0.5, roundsSinceTrial: 1, lastTrial: [] });
  });

  it.each([0, 'x', [], {}, { loss: 1, roundsSinceTrial: '3', lastTrial: [] }])(
    'refuses memory %j',
    (memory) => {
      expect(() => readTrialMemory(memory)).toThrow(/memory of fedadapter: expected loss,/);
    },
  );
});
