import { InputError } from '@legend-fl/base';
import { expect, test } from 'vitest';
import { withoutRemovedOptions } from './removed-options.ts';

const source = { code: 'experiment-invalid', where: 'old.yaml' };

test('removed options that did nothing are dropped, those of variants too', () => {
  const old = {
    rounds: 3,
    importance: 'learned',
    strategies: ['fedlora', { name: 'plus', strategy: 'legend', trafficPrice: 0, serverMomentum: 0 }],
  };
  expect(withoutRemovedOptions(old, source)).toEqual({
    rounds: 3,
    strategies: ['fedlora', { name: 'plus', strategy: 'legend' }],
  });
});

test.each([undefined, null, 3, 'legend', [{ importance: 'learned' }]])('%j is left as it is', (value) => {
  expect(withoutRemovedOptions(value, source)).toBe(value);
});

test.each([
  [{ trafficPrice: 0.5 }, 'old.yaml: trafficPrice: expected no trafficPrice, an option that was removed'],
  [{ waitingBound: 2 }, 'old.yaml: waitingBound'],
  [{ importance: 'ranks' }, 'got "ranks". Remove it. A run that was begun with it can go on with commit'],
  [{ strategies: ['a', { serverMomentum: 0.3 }] }, 'old.yaml: strategies[1]: serverMomentum'],
])('%j is refused', (settings, message) => {
  const drop = () => withoutRemovedOptions(settings, source);
  expect(drop).toThrow(InputError);
  expect(drop).toThrow(message);
});
