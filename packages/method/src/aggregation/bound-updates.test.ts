import { type Adapter, mapTensors } from '@legend-fl/adapter';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStrategy } from '../strategies/registry.ts';
import { adapterFor, planFor, updateOf } from '../testing/round-contexts.ts';
import type { Update } from '../update.ts';
import { addToSum, beginSum, finishSum } from './aggregation.ts';
import { boundUpdates, leastScale } from './bound-updates.ts';
import type { BoundedUpdate, ReceivedUpdate } from './bounded-update.ts';
import { changeNorms } from './change-norms.ts';
import { clipUpdate } from './clip-update.ts';

const settings = { normMultiple: 2, outlierMultiple: 5, maximumShare: 0.05 };

function received(deviceId: string, norm: number, changes: Partial<ReceivedUpdate> = {}): ReceivedUpdate {
  return { deviceId, examples: 100, loss: 0.5, norms: { blocks: [null, norm], head: norm }, ...changes };
}

const honest = ['a', 'b', 'c', 'd'].map((id) => received(id, 0.01));

function reasonsOf(bounded: readonly BoundedUpdate[]): string[] {
  return bounded.flatMap((each) => (each.status === 'left-out' ? [`${each.deviceId}: ${each.reason}`] : []));
}

describe('boundUpdates', () => {
  it('leaves a round of like updates as it is', () => {
    expect(boundUpdates(honest, [], settings)).toEqual(
      honest.map(({ deviceId }) => ({
        status: 'counted',
        deviceId,
        examples: 100,
        loss: 0.5,
        scales: { blocks: [null, 1], head: 1 },
      })),
    );
  });

  it('clips a change to the multiple of the median', () => {
    const [first] = boundUpdates([received('e', 0.04), ...honest], [], settings);
    expect(first).toMatchObject({ status: 'counted', scales: { blocks: [null, 0.5], head: 0.5 } });
    expect(first?.status === 'counted' && leastScale(first.scales)).toBe(0.5);
  });

  it('leaves out what lies far beyond, and says why', () => {
    const bounded = boundUpdates(
      [
        received('e', 3e38),
        received('f', 0.01, { norms: { blocks: [null, 5], head: 0.01 } }),
        ...honest,
        received('g', 0.01),
      ],
      [],
      settings,
    );
    expect(reasonsOf(bounded)).toEqual([
      'e: its change to the head is 3.0e+40 times the median',
      'f: its change to block 2 is 500 times the median',
    ]);
    expect(bounded.map(({ deviceId }) => deviceId)).toEqual(['e', 'f', 'a', 'b', 'c', 'd', 'g']);
  });

  it('takes a change for a fault where most devices changed nothing', () => {
    const idle = honest.map(({ deviceId }) => received(deviceId, 0));
    expect(reasonsOf(boundUpdates([received('e', 0.1), ...idle], [], settings))).toEqual([
      'e: it changed the head, which most devices left as it was',
    ]);
  });

  it('only clips where too few have trained a block to tell a liar', () => {
    const alone = received('e', 0.01, { norms: { blocks: [3e38, 0.01], head: 0.01 } });
    const [first] = boundUpdates([alone, ...honest], [], settings);
    const scale = first?.status === 'counted' ? first.scales.blocks[0] : undefined;
    expect((scale ?? 0) * 3e38).toBeCloseTo(0.02, 12);
    const [huge, other] = boundUpdates([received('a', 3e38), received('b', 0.01)], [], settings);
    expect(huge?.status === 'counted' && huge.scales.head * 3e38).toBeCloseTo(0.02, 12);
    expect(other).toMatchObject({ scales: { head: 1 } });
  });

  it('measures small rounds against the ones before', () => {
    const history = [['x', 'y', 'z'].map((id) => received(id, 0.01))];
    const [, second] = boundUpdates([received('a', 3e38), received('b', 3e38)], history, settings);
    expect(second?.status === 'counted' && second.scales.head * 3e38).toBeCloseTo(0.02, 12);
  });

  it('caps the examples among those that count', () => {
    const bounded = boundUpdates(
      [received('e', 0.01, { examples: 1e9 }), received('f', 3e38, { examples: 1e9 }), ...honest],
      [],
      settings,
    );
    // Of five devices one has two fifths at most: 266 of 666.
    expect(bounded[0]).toMatchObject({ examples: 266 });
  });

  it('keeps losses near their median', () => {
    const bounded = boundUpdates(
      [received('e', 0.01, { loss: -1 }), received('f', 0.01, { loss: 1e4 }), ...honest],
      [],
      settings,
    );
    expect(bounded.map((each) => each.status === 'counted' && each.loss)).toEqual([
      0.4, 0.625, 0.5, 0.5, 0.5, 0.5,
    ]);
  });

  it('has nothing to say of a round without updates', () => {
    expect(boundUpdates([], [], settings)).toEqual([]);
  });

  it('bounds the average: how far it moves, and how far liars move it from the honest one', () => {
    const strategy = createStrategy('fedlora', { ranks: { kind: 'uniform', min: 2 } });
    const start = adapterFor(strategy, 2, (index) => Math.sin(index));
    const move = (direction: number, size: number): Adapter =>
      mapTensors(start, (_, { dims, data }) => ({
        dims,
        data: data.map((value, index) => value + size * Math.sin(direction + index)),
      }));
    const device = fc.record({
      direction: fc.double({ min: 0, max: 6, noNaN: true }),
      examples: fc.integer({ min: 1, max: 500 }),
    });
    const sizes = fc.double({ min: -30, max: 38, noNaN: true }).map((exponent) => 10 ** exponent);
    const rounds = fc
      .record({
        honest: fc.array(fc.tuple(device, fc.double({ min: 0.1, max: 0.3, noNaN: true })), {
          minLength: 2,
          maxLength: 7,
        }),
        liars: fc.array(fc.tuple(device, fc.oneof(sizes, fc.double({ min: 0.1, max: 1, noNaN: true }))), {
          maxLength: 6,
        }),
      })
      .filter(({ honest, liars }) => liars.length < honest.length);
    fc.assert(
      fc.property(rounds, ({ honest: good, liars }) => {
        const updates = [...liars, ...good].map(([{ direction, examples }, size], index) =>
          updateOf(move(direction, size), { deviceId: `device-${index}`, examples }),
        );
        const isLiar = (id: string) => Number(id.split('-')[1]) < liars.length;
        const bounded = boundUpdates(
          updates.map((update) => ({ ...update, norms: changeNorms(start, update.adapter) })),
          [],
          settings,
        );
        const counted = updates.flatMap((update, place) => {
          const outcome = bounded[place];
          return outcome?.status === 'counted' ? [clipUpdate(start, update, outcome)] : [];
        });
        const average = (some: readonly Update[]) =>
          finishSum(some.reduce(addToSum, beginSum({ adapter: start, memory: null }, planFor(some)))).adapter;
        const honestOnes = counted.filter(({ deviceId }) => !isLiar(deviceId));
        expect(honestOnes).toHaveLength(good.length);
        const shareOf = (some: readonly Update[]) => some.reduce((sum, { examples }) => sum + examples, 0);
        const liarShare = 1 - shareOf(honestOnes) / shareOf(counted);
        // The median is at most the greatest honest norm.
        const limit = settings.normMultiple * Math.max(...good.map(([, size]) => size));
        const result = average(counted);
        for (const norm of normsOf(start, result)) expect(norm).toBeLessThanOrEqual(limit + 1e-6);
        for (const norm of normsOf(average(honestOnes), result)) {
          expect(norm).toBeLessThanOrEqual(2 * liarShare * limit + 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function normsOf(start: Adapter, end: Adapter): number[] {
  const { blocks, head } = changeNorms(start, end);
  return [...blocks.map((norm) => norm ?? 0), head];
}
