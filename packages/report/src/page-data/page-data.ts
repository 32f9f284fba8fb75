import { reachOf } from '../accuracy-curve.ts';
import { limitDevices } from '../digest/limit-devices.ts';
import type { RunGroup } from '../group-runs.ts';
import type { SeedRun, Series } from '../list-series.ts';
import { trafficToTarget } from '../traffic-to-target.ts';
import { trainedShares } from '../trained-shares.ts';
import { type DeviceRounds, tabulateDevices } from './tabulate-devices.ts';
import { type PageRun, tabulateRun } from './tabulate-run.ts';

/** What the page's scripts draw and offer as CSV. Devices are indices into the ids of their run. */
export interface PageData {
  readonly blocks: number;
  /** Shown at most, per round and in a depth map. */
  readonly devices: number;
  readonly runs: readonly PageRun[];
  readonly series: readonly PageSeries[];
}

interface PageSeries {
  readonly label: string;
  readonly tone: number;
  readonly ranks: readonly number[];
  readonly trainedShares: readonly number[];
  readonly seeds: readonly PageSeed[];
}

interface PageSeed extends DeviceRounds {
  readonly seed: number;
  /** Index into the page's runs. */
  readonly run: number;
  readonly rounds: Columns;
  readonly toTarget: {
    readonly seconds: number | null;
    readonly bytesUp: number | null;
    readonly bytesDown: number | null;
    readonly rounds: number | null;
  };
}

/** A value per round. */
type Columns = Readonly<
  Record<
    'virtualSeconds' | 'roundSeconds' | 'waitingSeconds' | 'accuracy' | 'bytesUp' | 'bytesDown',
    readonly (number | null)[]
  >
>;

export function pageData(groups: readonly RunGroup[], series: readonly Series[]): PageData {
  const limit = limitDevices(series.flatMap(({ seeds }) => seeds.map(({ summary }) => summary)));
  const runs = groups.flatMap((group) => group.runs.map((run) => ({ group, run })));
  const tables = runs.map(({ group, run }) =>
    tabulateRun(run, groups.length > 1 ? group.name : undefined, limit),
  );
  return {
    blocks: Math.max(1, ...runs.map(({ run }) => run.summary.model.blocks)),
    devices: limit.devices,
    runs: tables,
    series: series.map((one) => {
      const [first] = one.seeds;
      const ranks = first?.rounds.at(-1)?.rankDistribution ?? [];
      return {
        label: one.label,
        tone: one.tone,
        ranks,
        trainedShares: trainedShares(one, ranks.length),
        seeds: one.seeds.map((seed) => {
          const run = runs.findIndex((other) => other.run === seed.run);
          const fleet = tables[run] ?? { ids: [], mapped: [] };
          return { ...tabulateSeed(seed, run), ...tabulateDevices(seed, fleet, limit) };
        }),
      };
    }),
  };
}

function tabulateSeed(seedRun: SeedRun, run: number): Pick<PageSeed, 'seed' | 'run' | 'rounds' | 'toTarget'> {
  const { seed, rounds, summary } = seedRun;
  const traffic = trafficToTarget(rounds, summary.targetAccuracy);
  return {
    seed,
    run,
    rounds: {
      virtualSeconds: rounds.map(({ virtualSeconds }) => virtualSeconds),
      roundSeconds: rounds.map(({ roundSeconds }) => roundSeconds),
      waitingSeconds: rounds.map(({ waitingSeconds }) => waitingSeconds),
      accuracy: rounds.map(({ accuracy }) => accuracy),
      bytesUp: rounds.map(({ bytesUp }) => bytesUp),
      bytesDown: rounds.map(({ bytesDown }) => bytesDown),
    },
    toTarget: {
      seconds: summary.secondsToTarget,
      bytesUp: traffic?.bytesUp ?? null,
      bytesDown: traffic?.bytesDown ?? null,
      rounds: reachOf(seedRun, 'rounds'),
    },
  };
}
