import { seededRandom } from '@legend-fl/base';
import type { RoundRecord } from '../round-record.ts';
import type { Capacity } from '@legend-fl/method';
import { summarizeStrategy } from '../summary/summarize-strategy.ts';
import type { Summary } from '../summary/summary.ts';

/** An invented run: costs of a plausible fleet, made-up learning curves. For tests of code that reads runs. */

const blocks = 6;
const hidden = 384;
const localSteps = 10;
const headBytes = 4 * 2 * (hidden + 1);
const uniformRanks = [8, 8, 8, 8, 8, 8];
const risingRanks = [4, 5, 6, 8, 10, 12];
/** With the TFLOP/s and memory of a Jetson, and how many of eight devices are of the kind. */
const kinds = [
  { kind: 'jetson-tx2', share: 3, tflops: 0.27, memoryBytes: 8e9 },
  { kind: 'jetson-xavier-nx', share: 4, tflops: 0.35, memoryBytes: 8e9 },
  { kind: 'jetson-agx-xavier', share: 1, tflops: 0.5, memoryBytes: 32e9 },
];
const work = { forwardFlopsPerBlock: 3.6e9, backwardFlopsPerBlock: 3.3e9 };

export interface SampleRun {
  readonly name: string;
  readonly summary: Summary;
  /** Of each strategy, by its name. */
  readonly rounds: ReadonlyMap<string, readonly RoundRecord[]>;
}

export interface SampleOptions {
  readonly name?: string;
  readonly strategies?: readonly string[];
  readonly devices?: number;
  readonly rounds?: number;
  readonly seed?: number;
  readonly targetAccuracy?: number | null;
  /** Whether devices drop out. */
  readonly dropouts?: boolean;
}

/** `legend` plans depths by deadline with rising ranks; every other strategy trains all blocks at one rank. */
export function sampleRun({
  name = 'sample',
  strategies = ['legend', 'fedlora'],
  devices = 20,
  rounds = 60,
  seed = 7,
  targetAccuracy = 0.8,
  dropouts = false,
}: SampleOptions = {}): SampleRun {
  const runs = strategies.map((strategy, index) => {
    const records: RoundRecord[] = [];
    for (let round = 1; round <= rounds; round++) {
      const fleet = sampleFleet(devices, round, seed);
      const previous = records.at(-1);
      records.push(sampleRound(strategy, index, { round, seed, fleet, previous, dropouts }));
    }
    return { name: strategy, records };
  });
  const summary: Summary = {
    formatVersion: 1,
    config: { seed, fleet: 'jetson-80', devices },
    host: { cpu: 'AMD EPYC', cores: 2, memoryBytes: 16e9, os: 'linux 6.18', node: 'v24.21.0' },
    model: { id: 'minilm-l6', sha256: '53aa51172d142c89d9012cce15ae4d6c'.repeat(2), blocks, hidden },
    data: {
      id: 'movie-reviews',
      train: 9545,
      test: 1060,
      classes: 2,
      partition: { kind: 'dirichlet', alpha: 1 },
    },
    strategies: runs.map(({ name: strategy, records }) =>
      summarizeStrategy({ name: strategy, rounds: records, targetAccuracy, hostSeconds: 152.4 }),
    ),
  };
  return { name, summary, rounds: new Map(runs.map(({ name: strategy, records }) => [strategy, records])) };
}

interface SampleDevice {
  readonly id: string;
  readonly kind: string;
  readonly capacity: Capacity;
}

/** Devices whose links change from round to round. */
function sampleFleet(devices: number, round: number, seed: number): SampleDevice[] {
  return Array.from({ length: devices }, (_, index) => {
    const { kind, tflops, memoryBytes } = kindAt((index + 0.5) / devices);
    const id = `${kind}-${String(index + 1).padStart(3, '0')}`;
    const random = seededRandom(seed, 'bandwidth', id, round);
    const secondsPerByte = () => 8 / ((1 + 29 * random()) * 1e6);
    return {
      id,
      kind,
      capacity: {
        forwardSecondsPerBlock: work.forwardFlopsPerBlock / (tflops * 1e12),
        backwardSecondsPerBlock: work.backwardFlopsPerBlock / (tflops * 1e12),
        uploadSecondsPerByte: secondsPerByte(),
        downloadSecondsPerByte: secondsPerByte(),
        memoryBytes,
      },
    };
  });
}

/** The kind at this part of a fleet whose devices stand kind by kind. */
function kindAt(part: number): (typeof kinds)[number] {
  let end = 0;
  for (const kind of kinds) {
    end += kind.share / 8;
    if (part < end) return kind;
  }
  throw new Error(`No kind at ${part} of the fleet.`);
}

interface RoundContext {
  readonly round: number;
  readonly seed: number;
  readonly fleet: readonly SampleDevice[];
  readonly previous: RoundRecord | undefined;
  readonly dropouts: boolean;
}

function sampleRound(
  strategy: string,
  strategyIndex: number,
  { round, seed, fleet, previous, dropouts }: RoundContext,
): RoundRecord {
  const rankDistribution = strategy === 'legend' ? risingRanks : uniformRanks;
  const timeOf = ({ capacity }: SampleDevice, depth: number) => {
    const bytes = bytesAt(rankDistribution, depth);
    const forwardSeconds = localSteps * blocks * capacity.forwardSecondsPerBlock;
    const backwardSeconds = localSteps * depth * capacity.backwardSecondsPerBlock;
    const uploadSeconds = bytes * capacity.uploadSecondsPerByte;
    const downloadSeconds = bytes * capacity.downloadSecondsPerByte;
    const seconds = forwardSeconds + backwardSeconds + uploadSeconds + downloadSeconds;
    return { seconds, forwardSeconds, backwardSeconds, uploadSeconds, downloadSeconds };
  };
  const deadline = Math.min(...fleet.map((device) => timeOf(device, blocks).seconds));
  const records = fleet.map((device) => {
    let depth = blocks;
    while (strategy === 'legend' && depth > 1 && timeOf(device, depth).seconds > deadline) depth--;
    const bytes = bytesAt(rankDistribution, depth);
    const time = timeOf(device, depth);
    const random = seededRandom(seed, 'dropout', device.id, round);
    const drops = dropouts && random() < 0.05;
    return {
      id: device.id,
      kind: device.kind,
      depth,
      ranks: rankDistribution.slice(blocks - depth),
      ...time,
      ...(drops && { seconds: time.seconds * random(), dropped: 'battery empty' }),
      examples: 160,
      bytesUp: bytes,
      bytesDown: bytes,
      capacity: { ...device.capacity },
    };
  });
  const roundSeconds = Math.max(...records.map(({ seconds }) => seconds));
  const bytes = records.reduce((sum, { depth }) => sum + bytesAt(rankDistribution, depth), 0);
  const noise = seededRandom(seed, 'noise', strategy, round)() - 0.5;
  const accuracy = 0.84 - 0.33 * Math.exp(-round / (15 + 2 * strategyIndex)) + 0.02 * noise;
  return {
    round,
    virtualSeconds: (previous?.virtualSeconds ?? 0) + roundSeconds,
    roundSeconds,
    waitingSeconds: records.reduce((sum, { seconds }) => sum + roundSeconds - seconds, 0) / records.length,
    accuracy,
    loss: 1.1 - accuracy,
    bytesUp: bytes,
    bytesDown: bytes,
    rankDistribution,
    devices: records,
  };
}

/** Query and value of the `depth` blocks nearest the output, and the head, as float32. */
function bytesAt(ranks: readonly number[], depth: number): number {
  const rankSum = ranks.slice(ranks.length - depth).reduce((sum, rank) => sum + rank, 0);
  return 4 * 2 * rankSum * 2 * hidden + headBytes;
}
