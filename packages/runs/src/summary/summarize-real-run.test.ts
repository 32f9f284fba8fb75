import { expect, test } from 'vitest';
import { sampleRun } from '../testing/sample-run.ts';
import { type RealRun, summarizeRealRun } from './summarize-real-run.ts';
import { isRealRun, REAL_FLEET, summarySchema } from './summary.ts';

const { summary: simulated, rounds } = sampleRun({ devices: 3, rounds: 4, strategies: ['legend'] });
const records = (rounds.get('legend') ?? []).map((record, index) => ({
  ...record,
  assignedAt: 1000 + 500 * index,
  closedAt: 1400 + 500 * index,
}));
const run: RealRun = {
  settings: { strategy: 'legend', seed: 7, targetAccuracy: 0.8, rounds: 4 },
  method: { name: 'legend' },
  host: simulated.host,
  model: simulated.model,
  classes: ['negative', 'positive'],
  test: { id: 'reviews', examples: 50 },
  records,
  deviceNames: new Map(records[0]?.devices.map(({ id }, index) => [id, `laptop ${index}`])),
};

test('a real run has the figures of a simulation, real times and the names of its devices', () => {
  const summary = summarizeRealRun(run);
  expect(summarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
  expect(summary).toMatchObject({
    kind: 'real',
    startedAt: 1000,
    endedAt: 2900,
    config: { seed: 7, rounds: 4, fleet: REAL_FLEET, devices: 3 },
    data: { id: 'reviews', train: 3 * 160, test: 50, classes: 2, partition: { kind: 'natural' } },
    strategies: [{ name: 'legend', method: { name: 'legend' } }],
  });
  expect(Object.values(summary.deviceNames ?? {})).toEqual(['laptop 0', 'laptop 1', 'laptop 2']);
  const { hostSeconds: _, ...figures } = simulated.strategies[0] ?? {};
  expect(summary.strategies[0]).toMatchObject(figures);
});

test('before the first round there are no times, and devices that evaluate have no test data', () => {
  const summary = summarizeRealRun({ ...run, records: [], test: null });
  expect(summary).not.toHaveProperty('startedAt');
  expect(summary).not.toHaveProperty('endedAt');
  expect(summary.data).toMatchObject({ id: 'data of the devices', train: 0, test: 0 });
  expect(summary.strategies).toMatchObject([{ rounds: 0, finalAccuracy: null, virtualSeconds: 0 }]);
});

test('real runs of earlier versions are known by their fleet', () => {
  const { config } = summarizeRealRun(run);
  expect(isRealRun({ config })).toBe(true);
  expect(isRealRun({ config: simulated.config })).toBe(false);
  expect(isRealRun({ config, kind: 'simulated' })).toBe(false);
});
