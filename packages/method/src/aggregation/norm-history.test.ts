import { describe, expect, it } from 'vitest';
import { boundUpdates } from './bound-updates.ts';
import type { ReceivedUpdate } from './bounded-update.ts';
import { extendHistory } from './norm-history.ts';
import type { NormHistory } from './voter.ts';

const settings = { normMultiple: 2, outlierMultiple: 5, maximumShare: 0.05 };

function received(deviceId: string, norm: number): ReceivedUpdate {
  return { deviceId, examples: 1, loss: 0.5, norms: { blocks: [null, norm], head: norm } };
}

function after(history: NormHistory, round: readonly ReceivedUpdate[]): NormHistory {
  return extendHistory(history, round, boundUpdates(round, history, settings));
}

describe('extendHistory', () => {
  it('keeps what counted of each update, and nothing of those left out', () => {
    const round = [received('a', 1), received('b', 1), received('c', 1), received('d', 4), received('e', 9)];
    expect(after([], round)).toEqual([
      [
        { deviceId: 'a', norms: { blocks: [null, 1], head: 1 } },
        { deviceId: 'b', norms: { blocks: [null, 1], head: 1 } },
        { deviceId: 'c', norms: { blocks: [null, 1], head: 1 } },
        { deviceId: 'd', norms: { blocks: [null, 2], head: 2 } },
      ],
    ]);
  });

  it('holds the last four rounds that had updates, the latest first', () => {
    let history: NormHistory = [];
    for (const norm of [1, 2, 3, 4, 5]) history = after(after(history, [received('a', norm)]), []);
    expect(history.map(([first]) => first?.norms.head)).toEqual([5, 4, 3, 2]);
  });

  it('holds a hundred and one of many devices, spread over the plan', () => {
    const [round = []] = after(
      [],
      Array.from({ length: 1000 }, (_, index) => received(`device-${index}`, 1)),
    );
    expect(round).toHaveLength(101);
    expect(new Set(round.map(({ deviceId }) => deviceId)).size).toBe(101);
    expect(round.at(-1)?.deviceId).toBe('device-990');
  });

  it('lets nobody raise its bounds step by step', () => {
    let history: NormHistory = [];
    for (let round = 0; round < 20; round++) {
      history = after(history, [received('honest', 1), received('other', 1), received('liar', 2 ** round)]);
    }
    const norms = history.flatMap((voters) => voters.map(({ norms: { head } }) => head));
    expect(Math.max(...norms)).toBeLessThanOrEqual(2);
  });
});
