import { InputError } from '@legend-fl/base';

/** Does something while no other tab of this browser is the device. Throws InputError where one is. */
export function holdDevice<Result>(work: () => Promise<Result>): Promise<Result> {
  return navigator.locks.request('legend-device', { ifAvailable: true }, (lock) => {
    if (lock !== null) return work();
    throw new InputError({
      code: 'device-in-use',
      expected: 'one tab per browser that takes part',
      got: 'another one that does',
      where: 'this browser',
      todo: 'Go on in the other tab, or close it and reload this one.',
    });
  });
}
