import { expect, test } from 'vitest';
import { isTrunkDue } from './trunk-settings.ts';

test.each([
  [{ kind: 'base', refreshRounds: 1 }, []],
  [{ kind: 'global', refreshRounds: 1 }, [1, 2, 3, 4, 5]],
  [{ kind: 'global', refreshRounds: 2 }, [1, 3, 5]],
  [{ kind: 'global', refreshRounds: 3 }, [1, 4]],
] as const)('with %j devices get a new trunk in the rounds %j', (trunk, expected) => {
  expect([1, 2, 3, 4, 5].filter((round) => isTrunkDue(trunk, round))).toEqual(expected);
});
