import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { truncateLongestFirst } from './truncate-tokens.ts';

const count = fc.nat(40);

describe('truncateLongestFirst', () => {
  test('takes tokens one by one from the longer text', () => {
    fc.assert(
      fc.property(count, count, count, (text, textPair, room) => {
        let [kept, keptPair] = [text, textPair];
        const firstIsLonger = text > textPair;
        while (kept + keptPair > room) {
          const fromFirst = kept === keptPair ? !firstIsLonger : kept > keptPair;
          if (fromFirst) kept--;
          else keptPair--;
        }
        expect(truncateLongestFirst(text, textPair, room)).toEqual([kept, keptPair]);
      }),
      { numRuns: 2000 },
    );
  });
});
