import { seededRandom } from '@legend/base';
import { encodeModel, GraphBuilder, optimize } from '@legend/compiler';
import { createAdapter } from '@legend/lora';
import type { Model } from '@legend/models';
import { adaptedPartOf } from './adapter-feeds.ts';
import type { TokenizedDataset } from './batches/tokenized-dataset.ts';
import { Engine } from './engine.ts';
import { computeLogits } from './evaluate.ts';
import type { Runtime, RuntimeTensor } from './runtime/runtime.ts';
import { trainLocally } from './train-locally.ts';

/** Rows, inner size and columns of the matrix product that stands for the runtime's peak. */
const PEAK_PRODUCT = { rows: 1024, inner: 384, columns: 1536 };

/** Token ids are drawn below this, which every vocabulary exceeds. */
const SMALLEST_VOCABULARY = 100;

export interface StepShape {
  readonly batchSize: number;
  readonly tokens: number;
  readonly rank: number;
}

/** What this machine does with one model, from measured steps. */
export interface MeasuredCapacity {
  readonly blocks: number;
  readonly forwardSecondsPerBlock: number;
  readonly backwardSecondsPerBlock: number;
  /** Entry k-1: median seconds of a training step of depth k. */
  readonly stepSeconds: readonly number[];
  /** Of a training step at full depth. */
  readonly tokensPerSecond: number;
  readonly examplesPerSecond: number;
  /** Floating-point operations per second of the runtime's own float32 matrix product. */
  readonly peakFlops: number;
  /** Operations per second of a full-depth step's matrix products over `peakFlops`. */
  readonly shareOfPeak: number;
  readonly peakMemoryBytes: number;
}

/**
 * Times the forward pass and a training step of every depth, in turn, `repeats` times.
 * f = forward / L; b = the slope of the step time over depth (least squares), as the cost model uses them.
 */
export async function measureCapacity(
  model: Model,
  runtime: Runtime,
  shape: StepShape,
  { repeats, peakMemoryBytes }: { readonly repeats: number; readonly peakMemoryBytes: () => number },
): Promise<MeasuredCapacity> {
  const { architecture, head } = model;
  const { blocks, defaultTargets } = architecture;
  const engine = new Engine(model, runtime);
  const dataset = fullBatch(architecture.classes, shape);
  const specification = {
    targets: defaultTargets,
    ranks: Array.from({ length: blocks }, () => shape.rank),
    alphas: Array.from({ length: blocks }, () => 2 * shape.rank),
  };
  const adapter = createAdapter(architecture, specification, head, 0);
  const examples = [...dataset.labels.keys()];
  const depths = Array.from({ length: blocks }, (_, index) => index + 1);
  const step = (depth: number) => async () => {
    const { runtimeSeconds } = await trainLocally(engine, dataset, {
      adapter,
      depth,
      trunk: 'base',
      examples,
      steps: 1,
      batchSize: shape.batchSize,
      update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
      learningRate: { peak: 1e-4, warmupSteps: 0 },
      firstStep: 0,
      seed: 0,
    });
    return runtimeSeconds;
  };
  const forward = async () => {
    const before = engine.runtimeSeconds;
    await computeLogits(engine, dataset, adapter, examples);
    return engine.runtimeSeconds - before;
  };
  const [peak, forwardSeconds, ...stepSeconds] = await medians(
    [await peakProduct(runtime), forward, ...depths.map(step)],
    repeats,
  );
  const fullStep = stepSeconds.at(-1) ?? Number.NaN;
  const { rows, inner, columns } = PEAK_PRODUCT;
  const peakFlops = (2 * rows * inner * columns) / (peak ?? Number.NaN);
  const program = { ...adaptedPartOf(architecture, adapter, blocks), kind: 'step', depth: blocks } as const;
  const { matrixFlops } = await engine.program({
    ...program,
    update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
    accumulated: false,
  });
  const ranks = Object.fromEntries(depths.map((block) => [`rank_${block}`, shape.rank]));
  const symbols = { batch: shape.batchSize, seq: shape.tokens, ...ranks };
  return {
    blocks,
    forwardSecondsPerBlock: (forwardSeconds ?? Number.NaN) / blocks,
    backwardSecondsPerBlock: slope(depths, stepSeconds),
    stepSeconds,
    tokensPerSecond: (shape.batchSize * shape.tokens) / fullStep,
    examplesPerSecond: shape.batchSize / fullStep,
    peakFlops,
    shareOfPeak: matrixFlops(symbols) / fullStep / peakFlops,
    peakMemoryBytes: peakMemoryBytes(),
  };
}

/** Medians of several measurements taken in turn, A B C A B C …, so that a change of the machine's speed hits all. */
async function medians(measurements: readonly (() => Promise<number>)[], repeats: number): Promise<number[]> {
  const samples = measurements.map((): number[] => []);
  // The first round warms up: it compiles the graphs and grows the heap.
  for (let round = 0; round <= repeats; round++) {
    for (const [index, measure] of measurements.entries()) {
      const seconds = await measure();
      if (round > 0) samples[index]?.push(seconds);
    }
  }
  return samples.map((values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
}

/** A function that times one float32 matrix product of the runtime, seconds. */
async function peakProduct(runtime: Runtime): Promise<() => Promise<number>> {
  const { rows, inner, columns } = PEAK_PRODUCT;
  const b = new GraphBuilder();
  const left = b.input('left', 'float32', [rows, inner]);
  b.output('product', b.MatMul(left, b.input('right', 'float32', [inner, columns])));
  const graph = await runtime.load(encodeModel(optimize(b.graph(), runtime.provider)));
  const feeds = new Map([
    ['left', randomTensor([rows, inner])],
    ['right', randomTensor([inner, columns])],
  ]);
  return async () => {
    const start = performance.now();
    await graph.run(feeds);
    return (performance.now() - start) / 1000;
  };
}

function randomTensor(dims: readonly [number, number]): RuntimeTensor {
  const random = seededRandom(0, 'bench', ...dims);
  return {
    dtype: 'float32',
    dims,
    data: Float32Array.from({ length: dims[0] * dims[1] }, () => random() - 0.5),
  };
}

/** A batch of random tokens without padding. */
function fullBatch(classes: number, { batchSize, tokens }: StepShape): TokenizedDataset {
  const random = seededRandom(0, 'tokens');
  return {
    ids: Int32Array.from({ length: batchSize * tokens }, () => random.integer(SMALLEST_VOCABULARY)),
    typeIds: new Uint8Array(batchSize * tokens),
    offsets: Int32Array.from({ length: batchSize + 1 }, (_, index) => index * tokens),
    labels: Int32Array.from({ length: batchSize }, (_, index) => index % classes),
    truncated: 0,
  };
}

/** Least-squares slope of y over x. */
function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, value, index) => sum + (value - meanX) * ((y[index] ?? 0) - meanY), 0);
  const variance = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  return covariance / variance;
}
