import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdOut } from './hold-out.ts';

const device = { seed: 1, device: 'device-1' };

test('divides the examples, in their order, and always leaves one to train on', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer(),
      (examples, share, seed) => {
        const { training, heldOut } = holdOut(examples, share, { seed, device: 'a' });
        expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual([...Array(examples).keys()]);
        expect(training).toEqual([...training].sort((a, b) => a - b));
        expect(heldOut.length).toBe(Math.min(examples - 1, Math.floor(share * examples)));
      },
    ),
  );
});

test('is the same at every start, and another for each device', () => {
  expect(holdOut(100, 0.2, device)).toEqual(holdOut(100, 0.2, device));
  expect(holdOut(100, 0.2, device)).not.toEqual(holdOut(100, 0.2, { ...device, device: 'device-2' }));
});

test('of few examples holds out none', () => {
  expect(holdOut(9, 0.1, device).heldOut).toEqual([]);
  expect(holdOut(10, 0.1, device).heldOut).toHaveLength(1);
});

test('without examples there is nothing to divide', () => {
  expect(() => holdOut(0, 0.1, device)).toThrow(expect.objectContaining({ code: 'data-no-rows' }));
});
