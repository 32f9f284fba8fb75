import { isRealRun } from '@legend-fl/runs';
import { comparisonRows } from '../comparison-rows.ts';
import { limitDevices } from '../digest/limit-devices.ts';
import type { ReportedRun, RunGroup } from '../group-runs.ts';
import { headline } from '../headline.ts';
import { listSeries, type SeedRun } from '../list-series.ts';
import { reachOf } from '../page/accuracy-curve.ts';
import type { ReportView, RoundColumns, SeedView } from '../page/report-view.ts';
import { trafficToTarget } from '../traffic-to-target.ts';
import { trainedShares } from '../trained-shares.ts';
import { describeDepths } from './describe-depths.ts';
import { describeGroup } from './describe-group.ts';
import { tabulateDevices } from './tabulate-devices.ts';
import { tabulateRun } from './tabulate-run.ts';
import { viewComparison } from './view-comparison.ts';

/** All that the page about these experiments shows. */
export function viewReport(groups: readonly RunGroup[]): ReportView {
  const series = listSeries(groups);
  const all = groups.flatMap((group) => group.runs);
  const limit = limitDevices(series.flatMap(({ seeds }) => seeds.map(({ summary }) => summary)));
  const runs = groups.flatMap((group) => group.runs.map((run) => ({ group, run })));
  const tables = runs.map(({ group, run }) =>
    tabulateRun(run, groups.length > 1 ? group.name : undefined, limit),
  );
  const real = all.filter(({ summary }) => isRealRun(summary)).length;
  return {
    title: titleOf(all),
    groups: groups.map((group) => ({ name: group.name, facts: describeGroup(group) })),
    timeName: real === 0 ? 'Virtual time' : 'Time',
    notes: describeFigures(real > 0, real < all.length),
    comparison: viewComparison(all, series),
    blocks: Math.max(1, ...all.map(({ summary }) => summary.model.blocks)),
    devices: limit.devices,
    runs: tables.map(({ ids: _, ...table }) => table),
    series: series.map((one) => {
      const { label, tone, dash, targetAccuracy, seeds } = one;
      const ranks = seeds[0]?.rounds.at(-1)?.rankDistribution ?? [];
      return {
        label,
        tone,
        dash,
        targetAccuracy,
        ranks,
        trainedShares: trainedShares(one, ranks.length),
        depths: describeDepths(one),
        seeds: seeds.map((seed) => {
          const run = runs.findIndex((other) => other.run === seed.run);
          const fleet = tables[run] ?? { ids: [], mapped: [] };
          return { ...tabulateSeed(seed, run), ...tabulateDevices(seed, fleet, limit) };
        }),
      };
    }),
  };
}

function tabulateSeed(seedRun: SeedRun, run: number): Omit<SeedView, 'timelines' | 'depths'> {
  const { seed, rounds, summary } = seedRun;
  const traffic = trafficToTarget(rounds, summary.targetAccuracy);
  const columns: RoundColumns = {
    virtualSeconds: rounds.map(({ virtualSeconds }) => virtualSeconds),
    roundSeconds: rounds.map(({ roundSeconds }) => roundSeconds),
    waitingSeconds: rounds.map(({ waitingSeconds }) => waitingSeconds),
    accuracy: rounds.map(({ accuracy }) => accuracy),
    bytesUp: rounds.map(({ bytesUp }) => bytesUp),
    bytesDown: rounds.map(({ bytesDown }) => bytesDown),
  };
  return {
    seed,
    run,
    rounds: columns,
    toTarget: {
      seconds: summary.secondsToTarget,
      bytesUp: traffic?.bytesUp ?? null,
      bytesDown: traffic?.bytesDown ?? null,
      rounds: reachOf(columns, summary.targetAccuracy, 'rounds'),
    },
    total: {
      seconds: summary.virtualSeconds,
      bytesUp: summary.bytesUp,
      bytesDown: summary.bytesDown,
      waitingSeconds: summary.meanWaitingSeconds,
    },
  };
}

/** What the figures mean. */
function describeFigures(real: boolean, simulated: boolean): string[] {
  const time = [
    ...(simulated ? ['Training is real; time is virtual, computed from each device’s profile.'] : []),
    ...(real
      ? [
          'Devices are real, and so is time: it counts while rounds run, not the waiting for devices in between.',
        ]
      : []),
  ];
  const measures =
    'A round ends when its slowest device has downloaded, trained and uploaded; the waiting time is the mean over devices of the time from their own end to the round’s. Traffic counts the bytes of all devices. MB are millions of bytes.';
  const realRounds =
    'A round ends when its last device has uploaded, or at its time limit; the waiting time is the mean over devices of the time from their own end to the round’s. Traffic counts the bytes of all devices. MB are millions of bytes.';
  return [
    [...time, simulated ? measures : realRounds].join(' '),
    'Made with Legend, an implementation of LEGEND (Liu et al., arXiv 2412.20004).',
  ];
}

/** The finding; a run of real devices, of one strategy, goes by the name that its operator gave it. */
function titleOf(runs: readonly ReportedRun[]): string {
  const [only] = runs;
  const found = headline(comparisonRows(runs));
  const name = only?.summary.config.name;
  const named =
    runs.length === 1 && only !== undefined && isRealRun(only.summary) && typeof name === 'string';
  return sentence(named ? found.replace(/^[^:]*/, () => name) : found);
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
