import { describe, expect, it } from 'vitest';
import type { GlobalState, JsonValue } from '../global-state.ts';
import type { RoundContext } from '../round-context.ts';
import { contextOfJetsons, updateOf } from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';

const rolora = createStrategy('rolora');
const first = contextOfJetsons(rolora, 2, 1);

/** The context of the round after one in which these devices took part. */
function after(context: RoundContext, ...ids: readonly string[]): RoundContext {
  const { minimumCohort = 1 } = context;
  const updates = ids.map((deviceId) => updateOf(context.global.adapter, { deviceId }));
  const plan = { ...rolora.plan(context), minimumCohort };
  const sum = updates.reduce(rolora.add, rolora.begin(context.global, plan));
  return { ...context, round: context.round + 1, global: rolora.finish(sum) };
}

function exchanged(context: RoundContext): (string | undefined)[][] {
  return rolora.plan(context).devices.map(({ training, received }) => [training?.factors, received]);
}

describe('rolora', () => {
  it('trains B and A in turns; who was there fetches what it lacks, who was not fetches both', () => {
    expect(exchanged(first)).toEqual([
      ['B', 'B'],
      ['B', 'B'],
    ]);
    const second = after(first, 'device-0');
    expect(exchanged(second)).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
    const third = after(second, 'device-1');
    expect(exchanged(third)).toEqual([
      ['B', 'both'],
      ['B', 'A'],
    ]);
    expect(exchanged(after(third, 'device-0', 'device-1'))).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
  });

  it('takes the turn again where a round averaged nothing', () => {
    const second = after(first);
    expect(second.global).toBe(first.global);
    expect(exchanged(second)).toEqual(exchanged(first));
    const fourth = after(after(after(first, 'device-0'), 'device-0'));
    expect(exchanged(fourth)).toEqual([
      ['B', 'A'],
      ['B', 'both'],
    ]);
  });

  it('takes the turn again where fewer than the minimum cohort took part', () => {
    const cautious = { ...first, minimumCohort: 2 };
    expect(after(cautious, 'device-0').global).toBe(first.global);
    expect(exchanged(after(cautious, 'device-0', 'device-1'))).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
  });

  it('predicts bytes and times of what is sent and fetched', () => {
    const third = after(after(first, 'device-0', 'device-1'), 'device-1');
    // Either factor: rank 8 of 2 targets of width 768 in 12 blocks; the head: 2 classes of 768 weights and a bias.
    const [factor, head] = [8 * 2 * 768 * 12, 2 * 769];
    const { devices } = rolora.plan(third);
    expect(devices.map(({ bytesUp, bytesDown }) => [bytesUp, bytesDown])).toEqual([
      [4 * (factor + head), 4 * (2 * factor + head)],
      [4 * (factor + head), 4 * (factor + head)],
    ]);
    const { capacity } = third.devices[0] ?? first.devices[0] ?? { capacity: undefined };
    const alike = third.devices.map((device) => ({ ...device, ...(capacity && { capacity }) }));
    const [absent, present] = rolora.plan({ ...third, devices: alike }).devices;
    expect((absent?.seconds ?? 0) - (present?.seconds ?? 0)).toBeCloseTo(
      4 * factor * (capacity?.downloadSecondsPerByte ?? 0),
      9,
    );
  });

  it('leaves out who could not fetch both, whether it has to or not', () => {
    const [device, other] = first.devices;
    if (!device || !other) throw new Error('the fleet is empty');
    // One factor up and two down take 1.78 MB.
    const devices = [{ ...device, bytesBudget: 1.7e6 }, other];
    const plan = rolora.plan({ ...first, devices });
    expect(plan.excluded).toEqual([
      { id: 'device-0', reason: expect.stringContaining('its budget is 1.7 MB') },
    ]);
  });

  it('remembers turns in JSON', () => {
    const { memory }: GlobalState = after(first, 'device-1').global;
    expect(JSON.parse(JSON.stringify(memory))).toEqual({ count: 1, participants: ['device-1'] });
  });

  it.each<[JsonValue]>([
    [{}],
    [{ count: 1 }],
    [{ count: 0.5, participants: [] }],
    [{ count: 1, participants: [2] }],
  ])('refuses the memory %j, which it did not write', (memory) => {
    const context = contextOfJetsons(rolora, 2, 1);
    expect(() => rolora.plan({ ...context, global: { ...context.global, memory } })).toThrow(
      /memory of rolora: expected a whole count of rounds/,
    );
  });
});
