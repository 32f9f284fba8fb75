/**
 * What the trunk cache saves, on this machine, with MiniLM-L6 and movie reviews:
 *
 *     npm run bench:trunk                     every depth: a local step without cache, cold, warm, from disk
 *     npm run bench:trunk -- --cpu-time       in processor time, for a machine that others use too
 *     npm run bench:trunk -- --train-steps N  steps of the comparison of f32 and f16; 0 leaves it out, as --rounds 0
 *                                             does the measurement of steps
 *
 * Rank 8 on query and value, float32, one thread, AdamW, clipping, real reviews padded to their batch's longest.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Adapter } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { resolveData, resolveModel } from '@legend-fl/catalogue';
import { readTrainTest } from '@legend-fl/data/node';
import { createAdapter } from '@legend-fl/lora';
import { loadTokenizer, openModel } from '@legend-fl/models';
import {
  computeLogits,
  type ElementType,
  Engine,
  type LocalTask,
  meanTokens,
  scoreLogits,
  type TokenizedDataset,
  TrunkCache,
  tokenizeExamples,
  trainLocally,
} from '@legend-fl/trainer';
import { nodeRuntime, TrunkFolder } from '@legend-fl/trainer/node';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'minilm-l6' },
    data: { type: 'string', default: 'movie-reviews' },
    batch: { type: 'string', default: '16' },
    'max-length': { type: 'string', default: '64' },
    rounds: { type: 'string', default: '9' },
    depths: { type: 'string' },
    'cpu-time': { type: 'boolean', default: false },
    'train-depths': { type: 'string', default: '1,3' },
    'train-steps': { type: 'string', default: '200' },
  },
});
const batchSize = Number(values.batch);
const rounds = Number(values.rounds);
const trainSteps = Number(values['train-steps']);
/** Steps per measurement, each on another batch. */
const STEPS = 4;
/** Of the test part, enough to tell half a per cent. */
const TEST_EXAMPLES = 2000;

const { folder } = await resolveModel(values.model);
const { train, test } = await readTrainTest(await resolveData(values.data));
const model = await openModel(folderFiles(folder), { classes: train.classes.length, seed: 1 });
const { architecture } = model;
const { blocks } = architecture;
const tokenizer = await loadTokenizer(folderFiles(folder));
const maxLength = Number(values['max-length']);
const trainData = tokenizeExamples(tokenizer, train.examples, maxLength);
const ranks = Array.from({ length: blocks }, () => 8);
const adapter = createAdapter(
  architecture,
  { targets: architecture.defaultTargets, ranks, alphas: ranks.map((rank) => 2 * rank) },
  model.head,
  1,
);

const diskFolder = await mkdtemp(join(tmpdir(), 'legend-bench-'));
const runtime = nodeRuntime({ threads: 1 });
const store = new TrunkFolder({ folder: diskFolder, bytes: 1e10 });
const engines = {
  warm: new Engine(model, runtime, new TrunkCache({ memoryBytes: 1e9 })),
  cold: new Engine(model, runtime, new TrunkCache({ memoryBytes: 0 })),
  disk: new Engine(model, runtime, new TrunkCache({ memoryBytes: 0, store })),
};

try {
  console.log(
    `${values.model}, ${values.data}, batch ${batchSize}, ${meanTokens(trainData).toFixed(0)} tokens on average`,
  );
  console.log(
    `${cpus()[0]?.model}, 1 thread, medians of ${rounds} rounds measured in turn${values['cpu-time'] ? ', processor time' : ''}\n`,
  );
  if (rounds > 0) await compareSteps();
  if (trainSteps > 0) await compareElementTypes();
} finally {
  await rm(diskFolder, { recursive: true });
}

/** Prints ms per local step for every depth and every state of the cache; a full-depth step is measured along. */
async function compareSteps(): Promise<void> {
  console.log('| depth | no cache ms | cold ms | warm ms | warm f16 ms | disk ms | warm / full step | k/L |');
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const depth of values.depths?.split(',').map(Number) ?? ranks.map((_, index) => index + 1)) {
    const ways = [
      () => msPerStep(engines.warm, depth, undefined),
      () => msPerStep(engines.cold, depth, 'f32'),
      () => msPerStep(engines.warm, depth, 'f32'),
      () => msPerStep(engines.warm, depth, 'f16'),
      () => msPerStep(engines.disk, depth, 'f32'),
      () => msPerStep(engines.warm, blocks, undefined),
    ];
    const samples = ways.map((): number[] => []);
    for (let round = -1; round < rounds; round++) {
      for (const [index, measure] of ways.entries()) {
        const ms = await measure();
        // The first round compiles, fills the caches and warms up.
        if (round >= 0) samples[index]?.push(ms);
      }
    }
    const times = samples.slice(0, -1).map((ms) => median(ms).toFixed(1));
    const share = median(samples[2] ?? []) / median(samples[5] ?? []);
    console.log(`| ${[depth, ...times, share.toFixed(2), (depth / blocks).toFixed(2)].join(' | ')} |`);
  }
}

async function msPerStep(
  engine: Engine,
  depth: number,
  elementType: ElementType | undefined,
): Promise<number> {
  const examples = Array.from({ length: STEPS * batchSize }, (_, index) => index);
  const start = nowMs();
  await trainLocally(engine, trainData, task(depth, elementType, examples, STEPS));
  return (nowMs() - start) / STEPS;
}

function nowMs(): number {
  if (!values['cpu-time']) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Trains on all examples without cache and from states in f32 and f16, and prints what comes out. */
async function compareElementTypes(): Promise<void> {
  const testData = tokenizeExamples(tokenizer, test.examples.slice(0, TEST_EXAMPLES), maxLength);
  const all = [...trainData.labels.keys()];
  console.log(`\n${trainSteps} steps, then ${testData.labels.length} test examples\n`);
  console.log('| depth | states | bytes per example | loss, last 20 steps | test loss | test accuracy |');
  console.log('| ---: | --- | ---: | ---: | ---: | ---: |');
  for (const depth of values['train-depths'].split(',').map(Number)) {
    for (const elementType of [undefined, 'f32', 'f16'] as const) {
      const result = await trainLocally(engines.warm, trainData, task(depth, elementType, all, trainSteps));
      const score = await evaluate(result.adapter, testData);
      const bytes = meanTokens(trainData) * architecture.hidden * (elementType === 'f16' ? 2 : 4);
      const cells = [
        depth,
        elementType ?? 'no cache',
        elementType ? bytes.toFixed(0) : '–',
        mean(result.losses.slice(-20)).toFixed(6),
        score.loss.toFixed(6),
        `${(100 * score.accuracy).toFixed(2)}%`,
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
}

async function evaluate(trained: Adapter, data: TokenizedDataset) {
  const logits = await computeLogits(engines.warm, data, trained, [...data.labels.keys()]);
  return scoreLogits(logits, data.labels, architecture.classes);
}

function task(
  depth: number,
  elementType: ElementType | undefined,
  examples: readonly number[],
  steps: number,
): LocalTask {
  return {
    adapter,
    depth,
    trunk: 'base',
    trunkCache: elementType && { elementType },
    examples,
    steps,
    batchSize,
    update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
    learningRate: { peak: 1e-3, warmupSteps: 0 },
    firstStep: 0,
    seed: 1,
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
