import type { StrategySummary, Summary } from '@legend-fl/runs';
import { sampleRun } from '@legend-fl/runs/testing';
import { expect, test } from 'vitest';
import { groupRuns } from '../group-runs.ts';
import { runSection } from './run-section.ts';

const { name, summary } = sampleRun({ devices: 80, rounds: 1, strategies: ['legend'] });
const describeRun = (changes: Partial<Summary>) =>
  runSection(groupRuns([{ name, summary: { ...summary, ...changes } }])).markup;

test.each([
  [{ kind: 'iid' }, '2 classes, dealt at random (IID)</span>'],
  [{ kind: 'iid', unevenness: 0.5 }, 'dealt at random (IID), sizes log-normal with σ\u00a0=\u00a00.5</span>'],
  [{ kind: 'dirichlet', alpha: 0.3 }, 'dealt by label, Dirichlet(0.3)</span>'],
] as const)('the partition %o is described', (partition, text) => {
  expect(describeRun({ data: { ...summary.data, partition } })).toContain(text);
});

test.each([
  [{}, '80 simulated devices, seed 7</span>'],
  [{ participation: 1 }, '80 simulated devices, seed 7</span>'],
  [{ participation: 0.125 }, '80 simulated devices, 12.5% of them called per round, seed 7</span>'],
])('the fleet of a run with %o is described', (changes, text) => {
  expect(describeRun({ config: { ...summary.config, ...changes } })).toContain(text);
});

test('a strategy from a file is named with its content’s hash', () => {
  const [legend] = summary.strategies as [StrategySummary];
  const strategyFile = { path: '/home/me/own.ts', sha256: 'ab12cd34ef567890' };
  expect(describeRun({ strategies: [{ ...legend, strategyFile }] })).toContain(
    '<dt>Strategy file</dt><dd><strong>own.ts</strong><span>legend, sha256\u00a0ab12cd34…</span>',
  );
  expect(describeRun({})).not.toContain('Strategy file');
});
