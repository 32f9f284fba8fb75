import { describe, expect, test } from 'vitest';
import { sampleRun } from '../run-folder/sample-run.fixture.ts';
import type { StrategySummary } from '../run-folder/summary.ts';
import { comparisonRows } from './comparison-rows.ts';
import { formatComparisonTable } from './format-comparison-table.ts';
import { headline } from './headline.ts';

const strategy: StrategySummary = {
  name: 'legend',
  rounds: 30,
  finalAccuracy: 0.81,
  bestAccuracy: 0.825,
  targetAccuracy: 0.8,
  secondsToTarget: 500,
  bytesToTarget: 60e6,
  virtualSeconds: 600,
  bytesUp: 40e6,
  bytesDown: 40e6,
  meanWaitingSeconds: 1.5,
  hostSeconds: 100,
};
const fedlora: StrategySummary = {
  ...strategy,
  name: 'fedlora',
  secondsToTarget: 1000,
  bytesToTarget: 100e6,
  meanWaitingSeconds: 6,
};

function rowsOf(...runs: readonly (readonly StrategySummary[])[]) {
  const { summary } = sampleRun({ devices: 1, rounds: 1 });
  return comparisonRows(
    runs.map((strategies, index) => ({
      name: `run-${index + 1}`,
      summary: { ...summary, strategies: [...strategies] },
    })),
  );
}

describe('rows', () => {
  test('measure each strategy against fedlora', () => {
    const hetlora = { ...strategy, name: 'hetlora', secondsToTarget: 1250, bytesToTarget: 125e6 };
    const rows = rowsOf([strategy, fedlora, hetlora]);
    expect(rows.map(({ reference }) => reference)).toEqual(['fedlora', null, 'fedlora']);
    expect(rows.map(({ speedUp }) => speedUp)).toEqual([2, null, 0.8]);
    expect(rows.map(({ trafficSaving }) => trafficSaving)).toEqual([0.4, null, -0.25]);
  });

  test('measure against the strategy listed last where fedlora did not run', () => {
    const rows = rowsOf([strategy, { ...fedlora, name: 'flora' }]);
    expect(rows.map(({ reference, speedUp }) => [reference, speedUp])).toEqual([
      ['flora', 2],
      [null, null],
    ]);
  });

  test('compare nothing where one side did not reach the target', () => {
    const missed = { ...fedlora, secondsToTarget: null, bytesToTarget: null };
    const [row] = rowsOf([strategy, missed]);
    expect(row).toMatchObject({ reference: 'fedlora', speedUp: null, trafficSaving: null });
  });
});

describe('the terminal table', () => {
  test('shows a run within 80 columns', () => {
    const table = formatComparisonTable(rowsOf([strategy, fedlora]));
    expect(`\n${table}`).toBe(`
                     Final      Best      Time  Traffic    Mean  Speed-  Traffic
Strategy  Rounds  accuracy  accuracy    to 80%   to 80%    wait      up    saved
────────────────────────────────────────────────────────────────────────────────
legend        30     81.0%     82.5%   8.3 min    60 MB  1.50 s    2.0×    40.0%
fedlora       30     81.0%     82.5%  16.7 min   100 MB  6.00 s       –        –

Speed-up and traffic saved: to the target, against fedlora.
`);
  });

  test('names the runs where there are several', () => {
    const table = formatComparisonTable(rowsOf([strategy, fedlora], [strategy, fedlora]));
    expect(table.split('\n').filter((line) => line.startsWith('run-'))).toHaveLength(4);
  });

  test('shows a dash for what there is not', () => {
    const table = formatComparisonTable(
      rowsOf([{ ...strategy, secondsToTarget: null, bytesToTarget: null, finalAccuracy: null }]),
    );
    expect(table.split('\n')[3]?.trim().split(/ {2,}/)).toEqual([
      'legend',
      '30',
      '–',
      '82.5%',
      '–',
      '–',
      '1.50 s',
      '–',
      '–',
    ]);
  });
});

describe('the headline', () => {
  const headlineOf = (...runs: readonly (readonly StrategySummary[])[]) =>
    headline(rowsOf(...runs)).replaceAll('\u00a0', ' ');
  const missed = (one: StrategySummary) => ({ ...one, secondsToTarget: null, bytesToTarget: null });

  test('says by how much the fastest strategy is ahead', () => {
    expect(headlineOf([strategy, fedlora])).toBe(
      'legend reached 80% accuracy 2.0× faster than fedlora, with 40% less traffic',
    );
  });

  test('says so where the reference is ahead', () => {
    expect(headlineOf([{ ...strategy, secondsToTarget: 2000, bytesToTarget: 300e6 }, fedlora])).toBe(
      'legend took 2.0× as long as fedlora to reach 80% accuracy, with 3.0× the traffic',
    );
  });

  test('gives the range over runs', () => {
    expect(headlineOf([strategy, fedlora], [{ ...strategy, secondsToTarget: 400 }, fedlora])).toBe(
      'legend reached 80% accuracy 2.0× to 2.5× faster than fedlora, with 40% less traffic in 2 runs',
    );
  });

  test('tells who reached the target and who did not', () => {
    expect(headlineOf([strategy, missed(fedlora)])).toBe(
      '80% accuracy was reached by legend after 500 s; fedlora did not',
    );
    expect(headlineOf([missed(strategy), missed(fedlora)])).toBe(
      'No strategy reached 80% accuracy: best accuracy legend 82.5%, fedlora 82.5%',
    );
  });

  test('gives accuracies without a target, and says where nothing ran', () => {
    expect(headlineOf([{ ...missed(strategy), targetAccuracy: null }])).toBe('best accuracy legend 82.5%');
    expect(headlineOf([])).toBe('No strategy has run yet');
  });
});
