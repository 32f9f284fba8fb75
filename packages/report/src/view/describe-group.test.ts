import type { StrategySummary, Summary } from '@legend-fl/runs';
import { sampleRun } from '@legend-fl/runs/testing';
import { expect, test } from 'vitest';
import { groupRuns } from '../group-runs.ts';
import { describeGroup } from './describe-group.ts';

const { name, summary } = sampleRun({ devices: 80, rounds: 1, strategies: ['legend'] });
const describeRun = (changes: Partial<Summary>) =>
  groupRuns([{ name, summary: { ...summary, ...changes } }])
    .flatMap(describeGroup)
    .map(({ term, value, detail }) => `${term}: ${value}; ${detail}`);

test.each([
  [{ kind: 'iid' }, '2 classes, dealt at random (IID)'],
  [{ kind: 'iid', unevenness: 0.5 }, 'dealt at random (IID), sizes log-normal with σ\u00a0=\u00a00.5'],
  [{ kind: 'dirichlet', alpha: 0.3 }, 'dealt by label, Dirichlet(0.3)'],
] as const)('the partition %o is described', (partition, text) => {
  expect(describeRun({ data: { ...summary.data, partition } })).toContainEqual(expect.stringContaining(text));
});

test.each([
  [{}, '80 simulated devices, seed 7'],
  [{ participation: 1 }, '80 simulated devices, seed 7'],
  [{ participation: 0.125 }, '80 simulated devices, 12.5% of them called per round, seed 7'],
])('the fleet of a run with %o is described', (changes, text) => {
  expect(describeRun({ config: { ...summary.config, ...changes } })).toContainEqual(
    expect.stringContaining(text),
  );
});

test('a strategy from a file is named with its content’s hash', () => {
  const [legend] = summary.strategies as [StrategySummary];
  const strategyFile = { path: '/home/me/own.ts', sha256: 'ab12cd34ef567890' };
  expect(describeRun({ strategies: [{ ...legend, strategyFile }] })).toContain(
    'Strategy file: own.ts; legend, sha256\u00a0ab12cd34…',
  );
  expect(describeRun({})).not.toContainEqual(expect.stringContaining('Strategy file'));
});

test('of real devices it says who took part, where the examples are, and no path of the coordinator', () => {
  const facts = describeRun({
    config: { ...summary.config, fleet: 'devices of a federation', devices: 4 },
    enrolled: [
      { id: 'a', name: 'vm', runtime: 'node' },
      { id: 'b', name: 'vm', runtime: 'browser' },
    ],
    data: { ...summary.data, id: '/home/me/held-out.csv', train: 240, partition: { kind: 'natural' } },
  });
  expect(facts).toContain('Devices: 4 took part; real devices, 1 of them in browsers');
  expect(facts).toContain(
    'Data: 240 examples on the devices; 2 classes, tested on 1,060 examples of held-out.csv',
  );
  expect(facts.join()).not.toMatch(/simulated|natural|seed|home/);
});
