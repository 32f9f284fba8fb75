/**
 * What the simulator itself costs, with MiniLM-L6's adapter sizes and jetson-80 at any size:
 *
 *     npm run bench:scale                      all three parts
 *     npm run bench:scale -- --part loop --devices 10000 --rounds 8
 *
 * loop:     rounds without training: host time per device-round, and memory after every round. Planning, messages,
 *           aggregation, records and checkpoints are the real ones; a device hands back what it started from.
 * training: rounds with training in one worker, against the same local tasks in one engine and nothing else.
 * workers:  the same round with one worker and with two.
 *
 * Times are medians of rounds measured in turn. On a machine that others use, a thread waits for its turn: read the
 * CPU times, and all others with the load that is printed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { restrictToDepth } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { resolveData, resolveModel } from '@legend-fl/catalogue';
import { readTrainTest } from '@legend-fl/data/node';
import { openModel } from '@legend-fl/models';
import { strategyFolder } from '@legend-fl/runs/node';
import {
  type ExperimentEvent,
  type FleetTrainer,
  parseExperiment,
  prepareExperiment,
  runStrategy,
} from '@legend-fl/simulator';
import { Engine, type LocalTask, trainLocally } from '@legend-fl/trainer';
import { nodeRuntime, TrainerPool } from '@legend-fl/trainer/node';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    part: { type: 'string', default: 'loop,training,workers' },
    model: { type: 'string', default: 'minilm-l6' },
    data: { type: 'string', default: 'movie-reviews' },
    strategy: { type: 'string', default: 'legend' },
    codec: { type: 'string', default: 'f32' },
    devices: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '8' },
    'trained-devices': { type: 'string', default: '20' },
    repeats: { type: 'string', default: '5' },
  },
});
/** Of the built-in fleet; enough that every kind of device is there when the experiment is checked. */
const PREPARED_DEVICES = 80;
const FIXED_SCORE = { accuracy: 0.5, loss: 0.7 };

const { folder: modelFolder } = await resolveModel(values.model);
const { train, test } = await readTrainTest(await resolveData(values.data));
const classes = train.classes.length;
const experiment = parseExperiment(
  {
    model: values.model,
    data: values.data,
    strategies: [values.strategy],
    codec: values.codec,
    devices: PREPARED_DEVICES,
  },
  'options',
);
const { trials } = await prepareExperiment(experiment, {
  modelId: values.model,
  pretrainedName: values.model,
  modelFolder,
  modelSha256: '',
  data: { id: train.id, classes: train.classes, train: train.examples, test: test.examples },
  out: '',
  resume: false,
  workers: 1,
  onEvent: () => {},
  signal: new AbortController().signal,
});
const [trial] = trials;
if (trial === undefined) throw new Error('an experiment without strategies');
const { setting, strategy, initial } = trial;

const parts: Readonly<Record<string, () => Promise<void>>> = {
  loop: measureLoop,
  training: measureTraining,
  workers: measureWorkers,
};
console.log(
  `${values.model}, ${values.strategy}, ${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`,
);
for (const part of values.part.split(',')) {
  await parts[part]?.();
  console.log(`\nload average of the last minute: ${loadavg()[0]?.toFixed(1)}`);
}

/** Prints time and memory of rounds in which nothing is trained. */
async function measureLoop(): Promise<void> {
  const [devices, rounds] = [Number(values.devices), Number(values.rounds)];
  const trainer: FleetTrainer = {
    workers: 1,
    train: async (_, { adapter, depth, steps }) => ({
      adapter: restrictToDepth(adapter, depth),
      examples: steps,
      losses: [FIXED_SCORE.loss],
      gradientNorms: [0],
      seconds: 0,
      runtimeSeconds: 0,
      trunkCounts: { memoryHits: 0, diskHits: 0, misses: 0, damaged: 0 },
    }),
    evaluate: async () => FIXED_SCORE,
  };
  console.log(`\n${devices} devices, nothing trained, ${values.codec} messages\n`);
  console.log(
    '| round | ms per device | CPU ms per device | live heap MB | live buffers MB | resident MB | most resident MB |',
  );
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const samples = { ms: [] as number[], cpuMs: [] as number[] };
  let begin = performance.now();
  let cpuBegin = process.cpuUsage();
  await runRounds(trainer, devices, rounds, (event) => {
    if (event.type !== 'round-finished') return;
    const ms = (performance.now() - begin) / devices;
    const { user, system } = process.cpuUsage(cpuBegin);
    const cpuMs = (user + system) / 1000 / devices;
    samples.ms.push(ms);
    samples.cpuMs.push(cpuMs);
    const resident = process.memoryUsage.rss();
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const bytes = [heapUsed, arrayBuffers, resident, 1024 * process.resourceUsage().maxRSS];
    const megabytes = bytes.map((value) => (value / 1e6).toFixed(0));
    const cells = [event.record.round, ms.toFixed(3), cpuMs.toFixed(3), ...megabytes];
    console.log(`| ${cells.join(' | ')} |`);
    begin = performance.now();
    cpuBegin = process.cpuUsage();
  });
  const [ms, cpuMs] = [samples.ms, samples.cpuMs].map((each) => median(each).toFixed(3));
  console.log(`\nmedian per device-round: ${ms} ms, of which ${cpuMs} ms on a CPU (all threads)`);
}

/** Prints what a round costs above the training in it. */
async function measureTraining(): Promise<void> {
  const devices = Number(values['trained-devices']);
  const tasks: LocalTask[] = [];
  const pool = openPool(1);
  const engine = new Engine(
    await openModel(folderFiles(modelFolder), { classes, seed: experiment.seed }),
    nodeRuntime({ threads: 1 }),
  );
  const noting = withoutEvaluation({
    workers: pool.workers,
    train: (data, task) => {
      tasks.push(task);
      return pool.train(data, task);
    },
  });
  const bare = async () => {
    for (const task of tasks) await trainLocally(engine, setting.train, task);
  };
  // The first time compiles and warms up.
  await runRounds(noting, devices, 1);
  await bare();
  const samples = { bare: [] as number[], round: [] as number[] };
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    samples.bare.push(await secondsOf(bare));
    samples.round.push(await secondsOf(() => runRounds(withoutEvaluation(pool), devices, 1)));
  }
  await pool.close();
  const ratios = samples.round.map((seconds, index) => seconds / (samples.bare[index] ?? Number.NaN));
  console.log(`\n${devices} devices, trained by one worker, ${values.repeats} times in turn\n`);
  console.log('| bare trainer, ms per device | round, ms per device | round / bare | of each pair |');
  console.log('| ---: | ---: | ---: | --- |');
  const [bareMs, roundMs] = [samples.bare, samples.round].map((each) => (1000 * median(each)) / devices);
  const each = ratios.map((ratio) => ratio.toFixed(3)).join(' ');
  console.log(`| ${bareMs?.toFixed(1)} | ${roundMs?.toFixed(1)} | ${median(ratios).toFixed(3)} | ${each} |`);
}

/** Prints how much faster two workers are than one, and what each of them got of the machine. */
async function measureWorkers(): Promise<void> {
  const devices = Number(values['trained-devices']);
  const pools = [openPool(1), openPool(2)];
  const samples = pools.map((pool) => ({
    pool,
    seconds: [] as number[],
    cpus: [] as number[],
    busy: [] as number[],
  }));
  for (let repeat = -1; repeat < Number(values.repeats); repeat++) {
    for (const { pool, seconds, cpus: cpusHad, busy } of samples) {
      const before = { runtime: pool.runtimeSeconds, cpu: process.cpuUsage() };
      const elapsed = await secondsOf(() => runRounds(withoutEvaluation(pool), devices, 1));
      const { user, system } = process.cpuUsage(before.cpu);
      // The first time compiles and warms up.
      if (repeat < 0) continue;
      seconds.push(elapsed);
      cpusHad.push((user + system) / 1e6 / elapsed);
      busy.push((pool.runtimeSeconds - before.runtime) / pool.workers / elapsed);
    }
  }
  for (const pool of pools) await pool.close();
  console.log(`\n${devices} devices, one worker against two, ${values.repeats} times in turn\n`);
  console.log('| workers | devices/s | CPUs that the process got | share of the round inside the runtime |');
  console.log('| ---: | ---: | ---: | ---: |');
  for (const { pool, seconds, cpus: cpusHad, busy } of samples) {
    const figures = [devices / median(seconds), median(cpusHad), median(busy)].map((each) => each.toFixed(2));
    console.log(`| ${[pool.workers, ...figures].join(' | ')} |`);
  }
  const [one = [], two = []] = samples.map(({ seconds }) => seconds);
  const ratios = one.map((seconds, index) => seconds / (two[index] ?? Number.NaN));
  const each = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
  console.log(`\ntwo / one: ${median(ratios).toFixed(2)}x (of each pair ${each})`);
}

/** Runs rounds with so many devices, from the beginning, into a folder that is gone afterwards. */
async function runRounds(
  trainer: FleetTrainer,
  devices: number,
  rounds: number,
  onEvent: (event: ExperimentEvent) => void = () => {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'legend-bench-'));
  try {
    const simulation = {
      ...setting,
      experiment: { ...setting.experiment, devices, rounds },
      shares: shareExamples(devices),
      trainer,
      onEvent,
      signal: new AbortController().signal,
    };
    await runStrategy(simulation, strategy, initial, await strategyFolder(folder, setting.name));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Deals the examples out in turn; where there are more devices than examples, several have the same one. */
function shareExamples(devices: number): readonly (readonly number[])[] {
  const examples = setting.train.labels.length;
  return Array.from({ length: devices }, (_, device) => {
    const own = Math.max(1, Math.floor((examples - (device % examples) - 1) / devices) + 1);
    return Array.from({ length: own }, (_, index) => (device + index * devices) % examples);
  });
}

function openPool(workers: number): TrainerPool {
  return new TrainerPool({ modelFolder, classes, seed: experiment.seed, threads: 1, workers });
}

/** Training alone: an evaluation takes as long whatever the number of devices. */
function withoutEvaluation(trainer: Pick<FleetTrainer, 'workers' | 'train'>): FleetTrainer {
  return {
    workers: trainer.workers,
    train: (data, task) => trainer.train(data, task),
    evaluate: async () => FIXED_SCORE,
  };
}

async function secondsOf(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}
