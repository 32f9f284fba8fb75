import { sampleRun } from '@legend-fl/runs/testing';
import { expect, test } from 'vitest';
import { groupRuns } from './group-runs.ts';

const run = (name: string, seed: number, rounds = 1) => {
  const { summary } = sampleRun({ seed, devices: 1, rounds: 1, strategies: ['legend'] });
  return { name, summary: { ...summary, config: { ...summary.config, seed, rounds, seeds: [seed] } } };
};
const namesOf = (runs: readonly ReturnType<typeof run>[]) =>
  groupRuns(runs).map((group) => [group.name, ...group.runs.map(({ name }) => name)]);

test('runs that differ in seed, host and order of keys only are one experiment, ascending by seed', () => {
  const { name, summary } = run('exp/seed-1', 1);
  const { config, ...rest } = summary;
  const shuffled = {
    name,
    summary: {
      ...rest,
      config: { ...Object.fromEntries(Object.entries(config).reverse()), ...config },
      host: { ...summary.host, cpu: 'another' },
    },
  };
  expect(namesOf([run('exp/seed-10', 10), shuffled])).toEqual([['exp', 'exp/seed-1', 'exp/seed-10']]);
});

test('runs of other settings, another model or another fleet are experiments of their own', () => {
  const other = run('c', 3);
  const changed = { ...other, summary: { ...other.summary, model: { ...other.summary.model, id: 'other' } } };
  const moved = run('e', 5);
  const elsewhere = { ...moved, summary: { ...moved.summary, fleet: { sha256: 'other' } } };
  expect(namesOf([run('a', 1), run('b', 2, 9), changed, run('d', 4), elsewhere])).toEqual([
    ['a, d', 'a', 'd'],
    ['b', 'b'],
    ['c', 'c'],
    ['e', 'e'],
  ]);
});

test('runs whose strategy of one name is from files of different content are not averaged', () => {
  const withFile = (name: string, seed: number, sha256: string) => {
    const { summary } = run(name, seed);
    const strategies = summary.strategies.map((one) => ({
      ...one,
      strategyFile: { path: 'own.ts', sha256 },
    }));
    return { name, summary: { ...summary, strategies } };
  };
  const unfinished = run('d', 4);
  const pending = { ...unfinished, summary: { ...unfinished.summary, strategies: [] } };
  const runs = [
    withFile('a', 1, 'old'),
    withFile('b', 2, 'new'),
    withFile('c', 3, 'old'),
    pending,
    run('e', 5),
  ];
  expect(namesOf(runs)).toEqual([
    ['a, c, d', 'a', 'c', 'd'],
    ['b', 'b'],
    ['e', 'e'],
  ]);
});

test('a second run of one seed is no further sample of the experiment', () => {
  expect(namesOf([run('a', 1), run('again', 1)])).toEqual([
    ['a', 'a'],
    ['again', 'again'],
  ]);
});
