import { InputError } from '@legend-fl/base';
import { describe, expect, it } from 'vitest';
import { waitingTime } from '../plan.ts';
import { a, b, c, capacityOf, contextOf, costs } from '../testing/hand-worked-fleet.ts';
import type { ConfigurationContext } from './configuration.ts';
import { configureGreedily } from './greedy-configuration.ts';

describe('greedy configuration of three devices and four blocks', () => {
  it('fits depths to the first uniform round time that the fastest device can use', () => {
    // The fastest at their greatest depth are a and b with 16 s; T_3 = 19 s is the first T_K that long.
    const { targetSeconds, devices } = configureGreedily(contextOf({ a, b, c }), costs);
    expect(targetSeconds).toBe(19);
    expect(devices).toEqual([
      { id: 'a', depth: 4, seconds: 16 },
      { id: 'b', depth: 4, seconds: 16 },
      { id: 'c', depth: 3, seconds: 19 },
    ]);
    expect(waitingTime(devices.map(({ seconds }) => seconds))).toBe(2);
  });

  it('lets the others use the time that the slowest device needs for one block', () => {
    // Without a the fastest is d: 4·1 + k = 8 s at depth 4. c needs 11.5 s for one block, so b gets one block in 10 s.
    const { targetSeconds, devices } = configureGreedily(contextOf({ d: capacityOf(1, 1, 0), b, c }), costs);
    expect(targetSeconds).toBe(11.5);
    expect(devices.map(({ depth, seconds }) => [depth, seconds])).toEqual([
      [4, 8],
      [1, 10],
      [1, 11.5],
    ]);
  });

  it('stops at the memory of a device', () => {
    // b holds two blocks, 12 s; T_1 = 13 s is the first uniform round time that long.
    const small = { ...b, memoryBytes: 280 };
    const { devices } = configureGreedily(contextOf({ a, b: small, c }), costs);
    expect(devices.map(({ depth, seconds }) => [depth, seconds])).toEqual([
      [1, 13],
      [2, 12],
      [1, 11.5],
    ]);
  });

  it('stops at the bytes budget of a device, both directions counted', () => {
    const { devices } = configureGreedily(
      { ...contextOf({}), devices: [{ id: 'a', capacity: a, bytesBudget: 18 }] },
      costs,
    );
    expect(devices.map(({ depth }) => depth)).toEqual([2]);
  });

  it('leaves out who cannot train one block, and says why', () => {
    const small = { ...b, memoryBytes: 205 };
    const context = contextOf({ a, b: small });
    const poor = { id: 'p', capacity: c, bytesBudget: 11 };
    const { devices, excluded } = configureGreedily(
      { ...context, devices: [...context.devices, poor] },
      costs,
    );
    expect(devices.map(({ id }) => id)).toEqual(['a']);
    expect(excluded).toEqual([
      { id: 'b', reason: 'training 1 block needs 206 B memory, it has 205 B' },
      { id: 'p', reason: 'training 1 block sends and receives 12 B, its budget is 11 B' },
    ]);
  });
});

describe('greedy configuration refuses', () => {
  const refusal = (context: ConfigurationContext) => {
    try {
      configureGreedily(context, costs);
    } catch (error) {
      if (error instanceof InputError) return error;
    }
    throw new Error('no InputError was thrown');
  };

  it('a fleet in which no device fits, with what is needed and what the largest has', () => {
    const error = refusal(contextOf({ a: { ...a, memoryBytes: 120 }, b: { ...b, memoryBytes: 205 } }));
    expect(error.code).toBe('no-device-fits');
    expect(error.message).toMatch(/206 B memory, to train 1 block, got 2 devices, at most 205 B memory/);
  });

  it('a fleet of no devices', () => {
    expect(refusal(contextOf({})).code).toBe('no-devices');
  });

  it('a device that comes twice', () => {
    const device = { id: 'a', capacity: a };
    expect(refusal({ ...contextOf({}), devices: [device, device] }).code).toBe('device-twice');
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('a device with %s bytes of memory', (memoryBytes) => {
    const error = refusal(contextOf({ a: { ...a, memoryBytes } }));
    expect(error.message).toMatch(/device a: expected memoryBytes to be finite/);
  });
});
