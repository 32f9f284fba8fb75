import { describe, expect, it } from 'vitest';
import { a, b, c, capacityOf, contextOf, costs } from '../testing/hand-worked-fleet.ts';
import { configureOptimally } from './optimal-configuration.ts';

/** As the ranks of the fleet's model: depth 1, 2, 3, 4 adds 4, 3, 2, 1. */
const importance = [1, 2, 3, 4];

describe('optimal configuration of three devices and four blocks', () => {
  it('takes the deadline with the most progress per second', () => {
    // 13 s: 1, 2, 1 blocks, 15/13; 14 s: 20/14; 15 s: 22/15; 15.5 s: 25/15.5; 16 s: 27/16, the best; 19 s: 29/19; 22 s: 30/22
    const { targetSeconds, devices } = configureOptimally(contextOf({ a, b, c }), costs, importance);
    expect(targetSeconds).toBe(16);
    expect(devices).toEqual([
      { id: 'a', depth: 4, seconds: 16 },
      { id: 'b', depth: 4, seconds: 16 },
      { id: 'c', depth: 2, seconds: 15.5 },
    ]);
  });

  it('trains no block of no importance, even where there is time', () => {
    // 13 s: 3/13, 16 s: (3 + 4)/16, 22 s: (3 + 6)/22; at 16 s c could do two blocks, but only four are worth more than one.
    const { targetSeconds, devices } = configureOptimally(contextOf({ a, b, c }), costs, [2, 0, 0, 1]);
    expect(devices.map(({ depth }) => depth)).toEqual([4, 4, 1]);
    expect(targetSeconds).toBe(16);
    const shallow = configureOptimally(contextOf({ a, b, c }), costs, [0, 0, 0, 1]);
    expect(shallow.devices.map(({ depth }) => depth)).toEqual([1, 1, 1]);
    expect(shallow.targetSeconds).toBe(13);
  });

  it('takes the least traffic among equals', () => {
    // 10, 20, 30, 40 s for 1, 2, 3, 4 blocks of the same importance.
    const { devices } = configureOptimally(contextOf({ e: capacityOf(0, 10, 0) }), costs, [1, 1, 1, 1]);
    expect(devices).toEqual([{ id: 'e', depth: 1, seconds: 10 }]);
  });

  it('gives a device the depth that its warm cache makes quicker than a smaller one', () => {
    // 4, 2, 4, 4 blocks forward and 1, 2, 3, 4 backward at 1 s: 5, 4, 7, 8 s
    const device = { id: 'w', capacity: capacityOf(1, 1, 0), trunkBlocks: [3, 0, 1, 0] };
    const { devices } = configureOptimally({ ...contextOf({}), devices: [device] }, costs, importance);
    expect(devices).toEqual([{ id: 'w', depth: 2, seconds: 4 }]);
  });

  const withStraggler = contextOf({ a, s: capacityOf(0, 40, 0), b, c });

  it('waits for a straggler by default, and lets the others use the time', () => {
    // 40 s: 34/40, 80 s: 37/80
    const { targetSeconds, devices, excluded } = configureOptimally(withStraggler, costs, importance);
    expect(targetSeconds).toBe(40);
    expect(devices.map(({ depth }) => depth)).toEqual([4, 1, 4, 4]);
    expect(excluded).toEqual([]);
  });

  it('is not decided by a claim of no time or of an hour, where the extremes are trimmed', () => {
    const claims = { fast: capacityOf(1e-9, 1e-9, 0), slow: capacityOf(0, 3600, 0) };
    const context = contextOf({ a, b, c, ...claims });
    const configured = (stragglers: 'wait' | 'leave', trimmed: boolean) => {
      const { targetSeconds, devices } = configureOptimally(context, costs, importance, {
        stragglers,
        trimmed,
      });
      return [targetSeconds, devices.map(({ id, depth }) => `${id} ${depth}`).join()];
    };
    expect(configured('wait', false)).toEqual([3600, 'a 4,b 4,c 4,fast 4,slow 1']);
    expect(configured('wait', true)).toEqual([16, 'a 4,b 4,c 2,fast 4,slow 1']);
    // 9 for three blocks in 7 ns, and 10 for four in 8 ns
    expect(configured('leave', false)[1]).toBe('fast 3');
    expect(configured('leave', true)).toEqual([16, 'a 4,b 4,c 2,fast 4']);
  });

  it('leaves a straggler out where asked to, and says why, in order with the others left out', () => {
    const small = { id: 'm', capacity: { ...a, memoryBytes: 205 } };
    const context = { ...withStraggler, devices: [small, ...withStraggler.devices] };
    const { targetSeconds, devices, excluded } = configureOptimally(context, costs, importance, {
      stragglers: 'leave',
    });
    expect(targetSeconds).toBe(16);
    expect(devices.map(({ id, depth }) => [id, depth])).toEqual([
      ['a', 4],
      ['b', 4],
      ['c', 2],
    ]);
    expect(excluded).toEqual([
      { id: 'm', reason: 'training 1 block needs 206 B memory, it has 205 B' },
      { id: 's', reason: 'training 1 block takes it 40.0 s, the deadline is 16.0 s' },
    ]);
  });

  it('makes a plan even where no block is of any importance', () => {
    const { targetSeconds, devices } = configureOptimally(contextOf({ a, b, c }), costs, [0, 0, 0, 0]);
    expect(targetSeconds).toBe(13);
    expect(devices.map(({ depth }) => depth)).toEqual([1, 1, 1]);
  });
});
