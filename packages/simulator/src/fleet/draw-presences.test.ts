import { describe, expect, test } from 'vitest';
import { drawPresences } from './draw-presences.ts';

const devices = Array.from({ length: 80 }, (_, index) => ({ id: `device-${index}` }));
const steady = { absence: 0, absenceRounds: 1, dropout: 0 };
const seed = 7;

/** Every device's presence in rounds 1 … `rounds`. */
function presencesOf(fleet: Partial<typeof steady>, rounds: number) {
  return Array.from({ length: rounds }, (_, index) =>
    drawPresences(devices, { ...steady, ...fleet }, { round: index + 1, seed }),
  );
}

/** Lengths of a device's absences that begin and end within the rounds. */
function absencesOf(available: readonly boolean[]): number[] {
  const stretches = available.map((there) => (there ? ' ' : 'x')).join('');
  return [...stretches.matchAll(/(?<= )x+(?= )/g)].map(([stretch]) => stretch.length);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('a round is the same in any order of asking, and differs between rounds and seeds', () => {
  const fleet = { absence: 0.3, absenceRounds: 4, dropout: 0.3 };
  const later = drawPresences(devices, fleet, { round: 45, seed });
  presencesOf(fleet, 3);
  expect(drawPresences(devices, fleet, { round: 45, seed })).toEqual(later);
  expect(drawPresences(devices, fleet, { round: 46, seed })).not.toEqual(later);
  expect(drawPresences(devices, fleet, { round: 45, seed: 8 })).not.toEqual(later);
});

test('without absence and dropout every device stays', () => {
  const there = presencesOf({}, 20).flat();
  expect(there.every(({ available, vanishes }) => available && vanishes === null)).toBe(true);
});

describe.each([1, 5])('absence in stretches of %d rounds', (absenceRounds) => {
  const rounds = presencesOf({ absence: 0.25, absenceRounds }, 300);
  const historyOf = (device: number) => rounds.map((round) => round[device]?.available === true);

  test('takes its share of the devices in every round', () => {
    const away = rounds.flat().filter(({ available }) => !available).length / (300 * 80);
    expect(away).toBeGreaterThan(0.23);
    expect(away).toBeLessThan(0.27);
    const byRound = rounds.map((round) => round.filter(({ available }) => !available).length);
    expect(Math.min(...byRound)).toBeGreaterThan(3);
    expect(Math.max(...byRound)).toBeLessThan(40);
  });

  test('keeps a device away for whole stretches, a third longer on average', () => {
    const lengths = devices.flatMap((_, device) => absencesOf(historyOf(device)));
    expect(lengths.every((length) => length % absenceRounds === 0)).toBe(true);
    expect(mean(lengths) / (absenceRounds / 0.75)).toBeGreaterThan(0.95);
    expect(mean(lengths) / (absenceRounds / 0.75)).toBeLessThan(1.05);
  });

  test('begins for different devices in different rounds', () => {
    const begins = devices.flatMap((_, device) => {
      const begin = historyOf(device).findIndex((there, index, all) => index > 0 && !there && all[index - 1]);
      return begin < 0 ? [] : begin % absenceRounds;
    });
    expect(new Set(begins).size).toBe(absenceRounds);
  });
});

describe('dropout', () => {
  const rounds = presencesOf({ absence: 0.25, dropout: 0.1 }, 200);
  const there = rounds.flat().filter(({ available }) => available);
  const moments = there.flatMap(({ vanishes }) => vanishes ?? []);

  test('takes its share of the devices that are there, and no other', () => {
    expect(moments.length / there.length).toBeGreaterThan(0.09);
    expect(moments.length / there.length).toBeLessThan(0.11);
    expect(rounds.flat().every(({ available, vanishes }) => available || vanishes === null)).toBe(true);
  });

  test("comes at any moment of a device's completion time", () => {
    expect(Math.min(...moments)).toBeLessThan(0.02);
    expect(Math.max(...moments)).toBeGreaterThan(0.98);
    expect(Math.max(...moments)).toBeLessThan(1);
    expect(mean(moments)).toBeGreaterThan(0.47);
    expect(mean(moments)).toBeLessThan(0.53);
  });

  test('lets a device return: who vanished is there in the next round as often as others', () => {
    const returned = rounds.flatMap((round, index) =>
      round.flatMap(({ vanishes }, device) =>
        vanishes === null ? [] : (rounds[index + 1]?.[device]?.available ?? []),
      ),
    );
    const share = returned.filter(Boolean).length / returned.length;
    expect(share).toBeGreaterThan(0.71);
    expect(share).toBeLessThan(0.79);
  });
});

test('one device at least is there and stays in every round, one of three and the only one', () => {
  const hopeless = { absence: 0.99, absenceRounds: 3, dropout: 0.99 };
  for (const size of [1, 3]) {
    for (let round = 1; round <= 50; round++) {
      const drawn = drawPresences(devices.slice(0, size), hopeless, { round, seed });
      expect(drawn.filter(({ available, vanishes }) => available && vanishes === null)).toHaveLength(1);
    }
  }
});
