import { seededRandom } from '@legend-fl/base';
import { encodeModel, GraphBuilder, optimize } from '@legend-fl/compiler';
import { createAdapter } from '@legend-fl/lora';
import type { Model } from '@legend-fl/models';
import { adaptedPartOf } from './adapter-feeds.ts';
import type { TokenizedDataset } from './batches/tokenized-dataset.ts';
import type { Engine } from './engine.ts';
import { computeLogits } from './evaluate.ts';
import type { Repeatable } from './median-seconds.ts';
import type { Runtime, RuntimeTensor } from './runtime/runtime.ts';
import { trainLocally } from './train-locally.ts';

/** A batch of equally long examples, and LoRA of one rank. */
export interface StepShape {
  readonly batchSize: number;
  readonly tokens: number;
  readonly rank: number;
  /** Linear maps that carry it; default: the architecture's. */
  readonly targets?: readonly string[] | undefined;
}

/** Something that can be timed, and what it computes. */
export interface Timed extends Repeatable {
  /** Floating-point operations of its matrix products. */
  readonly flops: number;
}

/** Rows, inner size and columns of the matrix product that stands for the runtime's peak. */
const PEAK_PRODUCT = { rows: 1024, inner: 384, columns: 1536 };
/** Token ids are drawn below this, which every vocabulary exceeds. */
const SMALLEST_VOCABULARY = 100;
const UPDATE = { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 } as const;

/** One float32 matrix product of the runtime. */
export async function timedProduct(runtime: Runtime): Promise<Timed> {
  const { rows, inner, columns } = PEAK_PRODUCT;
  const b = new GraphBuilder();
  const left = b.input('left', 'float32', [rows, inner]);
  const product = b.MatMul(left, b.input('right', 'float32', [inner, columns]));
  // Its sum, because copying the whole product out of the runtime would count as computing it.
  b.output('sum', b.ReduceSum(product, [0, 1], 0));
  const graph = await runtime.load(encodeModel(optimize(b.graph(), runtime.provider)));
  const feeds = new Map([
    ['left', randomTensor([rows, inner])],
    ['right', randomTensor([inner, columns])],
  ]);
  const seconds = async (): Promise<number> => {
    const start = performance.now();
    await graph.run(feeds);
    return (performance.now() - start) / 1000;
  };
  return { seconds, flops: 2 * rows * inner * columns };
}

/**
 * Training steps of one depth (forward, backward, clipping, AdamW) and forward passes on the same batch. The step's
 * graph is compiled and loaded when this returns.
 */
export async function timedStep(
  engine: Engine,
  { head }: Model,
  shape: StepShape,
  depth: number,
): Promise<{ readonly step: Timed; readonly forward: Repeatable }> {
  const { architecture } = engine;
  const { blocks, defaultTargets } = architecture;
  const ranks = Array.from({ length: blocks }, () => shape.rank);
  const specification = {
    targets: shape.targets ?? defaultTargets,
    ranks,
    alphas: ranks.map((rank) => 2 * rank),
  };
  const adapter = createAdapter(architecture, specification, head, 0);
  const dataset = fullBatch(architecture.classes, shape);
  const examples = [...dataset.labels.keys()];
  const program = await engine.program({
    ...adaptedPartOf(architecture, adapter, depth),
    kind: 'step',
    depth,
    update: UPDATE,
    accumulated: false,
  });
  const rankSymbols = Object.fromEntries(ranks.map((rank, index) => [`rank_${index + 1}`, rank]));
  const step = async (): Promise<number> => {
    const { seconds } = await trainLocally(engine, dataset, {
      adapter,
      depth,
      trunk: 'base',
      examples,
      steps: 1,
      batchSize: shape.batchSize,
      update: UPDATE,
      learningRate: { peak: 1e-4, warmupSteps: 0 },
      firstStep: 0,
      seed: 0,
    });
    return seconds;
  };
  const forward = async (): Promise<number> => {
    const start = performance.now();
    await computeLogits(engine, dataset, adapter, examples);
    return (performance.now() - start) / 1000;
  };
  const flops = program.matrixFlops({ batch: shape.batchSize, seq: shape.tokens, ...rankSymbols });
  return { step: { seconds: step, flops }, forward: { seconds: forward } };
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
