import type { StrategySummary } from '@legend-fl/runs';
import { sampleRun } from '@legend-fl/runs/testing';
import { describe, expect, test } from 'vitest';
import { comparisonRows } from './comparison-rows.ts';
import { digestSamples } from './digest/digest-samples.fixture.ts';
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
const missed = (one: StrategySummary) => ({ ...one, secondsToTarget: null, bytesToTarget: null });
const { summary } = sampleRun({ devices: 1, rounds: 1 });

/** Runs of one experiment, with the seeds 1, 2, … */
function seedsOf(...runs: readonly (readonly StrategySummary[])[]) {
  return runs.map((strategies, index) => ({
    name: `run-${index + 1}`,
    summary: {
      ...summary,
      config: { ...summary.config, seed: index + 1 },
      strategies: [...strategies],
    },
  }));
}

/** Runs of experiments that differ in more than the seed. */
function experimentsOf(...runs: readonly (readonly StrategySummary[])[]) {
  return seedsOf(...runs).map((run, index) => ({
    ...run,
    summary: { ...run.summary, config: { ...run.summary.config, rounds: index } },
  }));
}

const slower = { ...fedlora, secondsToTarget: 1500, bytesToTarget: 120e6 };

describe('rows', () => {
  test('measure each strategy against fedlora', () => {
    const hetlora = { ...strategy, name: 'hetlora', secondsToTarget: 1250, bytesToTarget: 125e6 };
    const rows = comparisonRows(seedsOf([strategy, fedlora, hetlora]));
    expect(rows.map(({ baseline }) => baseline)).toEqual(['fedlora', null, 'fedlora']);
    expect(rows.map(({ speedUp }) => speedUp?.mean)).toEqual([2, undefined, 0.8]);
    expect(rows.map(({ trafficSaving }) => trafficSaving?.mean)).toEqual([0.4, undefined, -0.25]);
  });

  test('measure against the strategy listed last where fedlora did not run, or against the one asked for', () => {
    const runs = seedsOf([strategy, { ...fedlora, name: 'flora' }]);
    expect(comparisonRows(runs).map(({ baseline }) => baseline)).toEqual(['flora', null]);
    const asked = comparisonRows(runs, { baseline: 'legend' });
    expect(asked.map(({ baseline, speedUp }) => [baseline, speedUp?.mean])).toEqual([
      [null, undefined],
      ['legend', 0.5],
    ]);
  });

  test('know no baseline that did not run', () => {
    expect(() => comparisonRows(seedsOf([strategy, fedlora]), { baseline: 'fedlra' })).toThrow(
      '--baseline: expected one of legend, fedlora, got fedlra. Choose a strategy that the runs have.',
    );
  });

  test('compare seed by seed, then take the mean', () => {
    const [row] = comparisonRows(seedsOf([strategy, fedlora], [strategy, slower]));
    expect(row?.speedUp).toEqual({ mean: 2.5, min: 2, max: 3, deviation: Math.SQRT1_2, seeds: 2 });
    expect(row?.trafficSaving).toMatchObject({ mean: 0.45, seeds: 2 });
    expect(row).toMatchObject({
      seeds: [1, 2],
      comparedSeeds: 2,
      secondsToTarget: { mean: 500, deviation: 0 },
    });
  });

  test('say of how many seeds a mean is where one side did not reach the target', () => {
    const [row] = comparisonRows(
      seedsOf([strategy, fedlora], [missed(strategy), fedlora], [strategy, slower]),
    );
    expect(row).toMatchObject({
      secondsToTarget: { mean: 500, seeds: 2 },
      speedUp: { mean: 2.5, seeds: 2 },
      comparedSeeds: 3,
    });
    const [none] = comparisonRows(seedsOf([strategy, missed(fedlora)]));
    expect(none).toMatchObject({ baseline: 'fedlora', speedUp: null, trafficSaving: null, comparedSeeds: 1 });
  });

  test('compare only seeds that both strategies ran with', () => {
    const [row] = comparisonRows(seedsOf([strategy, fedlora], [strategy]));
    expect(row).toMatchObject({ seeds: [1, 2], comparedSeeds: 1, speedUp: { mean: 2, seeds: 1 } });
  });

  test('part the traffic to the target where the rounds are known', () => {
    const run = sampleRun({ devices: 2, rounds: 40, targetAccuracy: 0.7 });
    for (const { bytesToTarget, bytesUpToTarget, bytesDownToTarget } of comparisonRows(digestSamples(run))) {
      expect(bytesUpToTarget?.mean).toBeGreaterThan(0);
      expect((bytesUpToTarget?.mean ?? 0) + (bytesDownToTarget?.mean ?? 0)).toBe(bytesToTarget?.mean);
    }
    expect(comparisonRows(seedsOf([strategy]))[0]?.bytesUpToTarget).toBeNull();
  });
});

describe('the terminal table', () => {
  test('shows a run within 80 columns', () => {
    const table = formatComparisonTable(comparisonRows(seedsOf([strategy, fedlora])));
    expect(`\n${table}`).toBe(`
                     Final      Best      Time  Traffic    Mean  Speed-  Traffic
Strategy  Rounds  accuracy  accuracy    to 80%   to 80%    wait      up    saved
────────────────────────────────────────────────────────────────────────────────
legend        30     81.0%     82.5%   8.3 min    60 MB  1.50 s    2.0×    40.0%
fedlora       30     81.0%     82.5%  16.7 min   100 MB  6.00 s       –        –

Speed-up and traffic saved: to the target, against fedlora.
`);
  });

  test('shows deviations over seeds, and how many reached the target where some did not', () => {
    const rows = comparisonRows(
      seedsOf([strategy, fedlora], [{ ...strategy, rounds: 31 }, missed(fedlora)], [strategy, slower]),
    );
    expect(`\n${formatComparisonTable(rows)}`).toBe(`
                     Final      Best      Time  Traffic    Mean  Speed-  Traffic
Strategy  Rounds  accuracy  accuracy    to 80%   to 80%    wait      up    saved
────────────────────────────────────────────────────────────────────────────────
legend      30.3     81.0%     82.5%   8.3 min    60 MB  1.50 s    2.5×    45.0%
            ±0.6                                                  ±0.71     ±7.1
                                                                 2 of 3   2 of 3
fedlora       30     81.0%     82.5%  20.8 min   110 MB  6.00 s       –        –
                                          ±5.9      ±14
                                        2 of 3   2 of 3

Means over 3 seeds ± standard deviation.
Where it says how many seeds, the others did not reach the target, and the mean is over these.
Speed-up and traffic saved: to the target, against fedlora, the mean of the ratios seed by seed.
`);
  });

  test('names the experiments where there are several', () => {
    const rows = comparisonRows(experimentsOf([strategy, fedlora], [strategy, fedlora]));
    const lines = formatComparisonTable(rows).split('\n');
    expect(lines.filter((line) => line.startsWith('run-'))).toHaveLength(4);
  });

  test('shows a dash for what there is not, and compares no strategy with itself', () => {
    const table = formatComparisonTable(
      comparisonRows(seedsOf([{ ...missed(strategy), finalAccuracy: null }])),
    );
    const cells = table.split('\n')[3]?.trim().split(/ {2,}/);
    expect(cells).toEqual(['legend', '30', '–', '82.5%', '–', '–', '1.50 s']);
  });
});

describe('the headline', () => {
  const plain = (runs: ReturnType<typeof seedsOf>) =>
    headline(comparisonRows(runs)).replaceAll('\u00a0', ' ');

  test('says by how much the fastest strategy is ahead', () => {
    expect(plain(seedsOf([strategy, fedlora]))).toBe(
      'legend reached 80% accuracy 2.0× faster than fedlora, with 40% less traffic',
    );
  });

  test('says so where the baseline is ahead', () => {
    expect(plain(seedsOf([{ ...strategy, secondsToTarget: 2000, bytesToTarget: 300e6 }, fedlora]))).toBe(
      'legend took 2.0× as long as fedlora to reach 80% accuracy, with 3.0× the traffic',
    );
  });

  test('gives the mean over seeds, and the range over experiments', () => {
    expect(plain(seedsOf([strategy, fedlora], [strategy, slower]))).toBe(
      'legend reached 80% accuracy 2.5× faster than fedlora, with 45% less traffic, on average over 2 seeds',
    );
    expect(plain(experimentsOf([strategy, fedlora], [{ ...strategy, secondsToTarget: 400 }, fedlora]))).toBe(
      'legend reached 80% accuracy 2.0× to 2.5× faster than fedlora, with 40% less traffic in 2 experiments',
    );
  });

  test('tells who reached the target, with how many seeds, and who did not', () => {
    expect(plain(seedsOf([strategy, missed(fedlora)]))).toBe(
      '80% accuracy was reached by legend after 500 s; fedlora did not',
    );
    expect(plain(seedsOf([strategy, fedlora], [missed(strategy), fedlora]))).toBe(
      '80% accuracy was reached by legend after 500 s with 1 of 2 seeds and fedlora after 16.7 min',
    );
    expect(plain(seedsOf([missed(strategy), missed(fedlora)]))).toBe(
      'No strategy reached 80% accuracy: final accuracy legend 81.0%, fedlora 81.0%',
    );
  });

  test('gives final accuracies without a target, and says where nothing ran', () => {
    const untargeted = [strategy, fedlora].map((one) => ({ ...missed(one), targetAccuracy: null }));
    expect(plain(seedsOf(untargeted))).toBe('final accuracy legend 81.0%, fedlora 81.0%');
    expect(plain([])).toBe('No strategy has run yet');
  });

  test('of a single strategy tells how it ended, and when it reached the target', () => {
    expect(plain(seedsOf([strategy]))).toBe('legend: final accuracy 81.0%, 80% after 500 s');
    expect(plain(seedsOf([missed(strategy)]))).toBe('legend: final accuracy 81.0%, 80% not reached');
    expect(plain(seedsOf([strategy], [missed(strategy)]))).toBe(
      'legend: final accuracy 81.0% on average over 2 seeds, 80% after 500 s with 1 of 2 seeds',
    );
  });
});
