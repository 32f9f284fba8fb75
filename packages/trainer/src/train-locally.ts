import {
  type Adapter,
  type LocalTraining,
  mapTensors,
  restrictToDepth,
  type Tensor,
} from '@legend-fl/adapter';
import { InputError, itemAt } from '@legend-fl/base';
import { adaptedPartOf, adapterFeeds, scalar } from './adapter-feeds.ts';
import { collate } from './batches/collate.ts';
import { chunk, trainingBatches } from './batches/plan-batches.ts';
import type { TokenizedDataset } from './batches/tokenized-dataset.ts';
import type { Engine } from './engine.ts';
import { type LearningRateSchedule, learningRateAt } from './learning-rate.ts';
import { checkLocalTraining, trainingVariantOf } from './local-training.ts';
import type { MergedWeights } from './merged-weights.ts';
import { ADAMW } from './programs/append-update.ts';
import { type ProgramSpecification, stateNames, type UpdateRule } from './programs/program.ts';
import { tailPenaltyFeeds } from './programs/tail-penalty.ts';
import type { Feeds, RuntimeTensor } from './runtime/runtime.ts';
import { elementCount, initialState, nextState, scalarOutput, vectorOutput, zeros } from './trained-state.ts';
import type { ElementType } from './trunk/kept-states.ts';
import { type BatchFeeds, openTrunk } from './trunk/open-trunk.ts';
import { subtractCounts, type TrunkCacheCounts } from './trunk/trunk-cache.ts';

/** One device's share of a round: what to start from, on which examples, for how long, and how. */
export interface LocalTask extends LocalTraining {
  readonly adapter: Adapter;
  /** k: blocks L-k+1 … L are trained, and the head. */
  readonly depth: number;
  /** Below the trained blocks: the base weights only, or with the adapter's lower blocks applied, frozen. */
  readonly trunk: 'base' | 'global';
  /**
   * Computes each example's hidden states below the trained blocks once and keeps them in the engine's trunk cache,
   * as float32 or, at half the bytes, rounded to float16; at full depth, where only the embeddings lie below, nothing
   * is kept. The result depends on this choice (by float32 rounding: states are computed example by example) but
   * never on what the cache holds.
   */
  readonly trunkCache?: { readonly elementType: ElementType } | undefined;
  /** Changes of the base weights, of all blocks. */
  readonly merged?: MergedWeights | undefined;
  /** Indices into the dataset. */
  readonly examples: readonly number[];
  /** τ, optimizer steps. */
  readonly steps: number;
  /** Examples per step. */
  readonly batchSize: number;
  /** Examples that go through the graph at once; gradients of a batch are summed over its micro-batches. */
  readonly microBatchSize?: number | undefined;
  readonly update: UpdateRule;
  readonly learningRate: LearningRateSchedule;
  /** Number of this task's first step in the schedule. */
  readonly firstStep: number;
  readonly seed: number;
}

export interface LocalResult {
  /** Only the trained blocks, and the head. */
  readonly adapter: Adapter;
  /** Examples seen, with repetition. */
  readonly examples: number;
  /** Mean loss of each step, before its update. */
  readonly losses: readonly number[];
  /** Norm of each step's gradient, before clipping. */
  readonly gradientNorms: readonly number[];
  readonly seconds: number;
  /** Seconds of them spent executing graphs. */
  readonly runtimeSeconds: number;
  /** Where the trunk's hidden states came from; depends on what this machine computed before. */
  readonly trunkCounts: TrunkCacheCounts;
}

/** Called with the number of a step, from 0, and its loss; the next step waits for it. */
export type OnStep = (step: number, loss: number) => void | Promise<void>;

/**
 * Fine-tunes the adapter on one device's examples, in batches drawn from the seed.
 * @param onStep called after each step; what it throws ends the training
 * @throws InputError when there are no examples, the depth is not in 1 … L, or the loss is no longer finite
 */
export async function trainLocally(
  engine: Engine,
  dataset: TokenizedDataset,
  task: LocalTask,
  onStep: OnStep = () => {},
): Promise<LocalResult> {
  checkTask(engine, task);
  return trainOnBatches(engine, dataset, task, trainingBatches(dataset, task.examples, task), onStep);
}

/** The same on given batches of example indices, one per step. */
export async function trainOnBatches(
  engine: Engine,
  dataset: TokenizedDataset,
  task: LocalTask,
  batches: Iterator<readonly number[], unknown>,
  onStep: OnStep = () => {},
): Promise<LocalResult> {
  const start = performance.now();
  const runtimeBefore = engine.runtimeSeconds;
  const countsBefore = engine.trunkCache.counts;
  const { architecture } = engine;
  const boundary = architecture.blocks - task.depth;
  const cached = boundary > 0 ? task.trunkCache : undefined;
  const part = adaptedPartOf(
    architecture,
    task.adapter,
    task.trunk === 'base' || cached ? task.depth : architecture.blocks,
  );
  const begin = cached ? { from: boundary } : {};
  const batchFeeds: BatchFeeds = cached
    ? await openTrunk(engine, dataset, { ...task, ...cached, boundary })
    : async (examples) => collate(architecture, dataset, examples);
  const microBatchSize = Math.min(task.microBatchSize ?? task.batchSize, task.batchSize);
  const accumulated = microBatchSize < task.batchSize;
  const variant = trainingVariantOf(task);
  const specification = {
    ...part,
    ...begin,
    kind: 'step',
    depth: task.depth,
    update: task.update,
    accumulated,
    ...variant,
    // Once per step, whatever the number of micro-batches.
    ...(task.tailPenalty && { tailPenalty: true as const }),
  } as const;
  const program = await engine.program(specification);

  const fixed = new Map([
    ...adapterFeeds(task.adapter, program.adapter),
    ...(task.merged ? await engine.mergedFeeds(program, task.merged) : []),
  ]);
  const trainedSites = part.sites.filter(({ block }) => block > architecture.blocks - task.depth);
  const penalty = task.tailPenalty && tailPenaltyFeeds(task.adapter, trainedSites, task.tailPenalty);
  let state = initialState(program.trained, fixed, task.update);
  const losses: number[] = [];
  const gradientNorms: number[] = [];
  let examples = 0;
  for (let step = 0; step < task.steps; step++) {
    const drawn = batches.next();
    if (drawn.done) break;
    const batch = drawn.value;
    const microBatches = accumulated ? chunk(batch, microBatchSize) : [batch];
    const feedsOf: BatchFeeds = async (microBatch) =>
      new Map([
        ...fixed,
        ...state.parameters,
        ...(await batchFeeds(microBatch)),
        ...lossFeeds(dataset, microBatch, batch.length),
      ]);
    const sums = accumulated
      ? await accumulate(
          engine,
          { ...part, ...begin, ...variant, kind: 'gradients', depth: task.depth },
          microBatches.slice(0, -1),
          feedsOf,
          elementCount(state.parameters),
        )
      : { loss: 0, feeds: new Map() };
    const outputs = await engine.run(
      specification,
      new Map([
        ...(await feedsOf(itemAt(microBatches, -1))),
        ...state.moments,
        ...sums.feeds,
        ...scheduleFeeds(task, step),
        ...(penalty ?? []),
      ]),
    );
    const loss = sums.loss + scalarOutput(outputs, 'loss');
    checkLoss(loss, step);
    losses.push(loss);
    gradientNorms.push(scalarOutput(outputs, 'gradient_norm'));
    examples += batch.length;
    state = nextState(state, outputs, task.update);
    await onStep(step, loss);
  }

  const trained = (name: string, tensor: Tensor): Tensor => {
    const data = state.parameters.get(name)?.data;
    return data instanceof Float32Array ? { dims: tensor.dims, data: data.slice() } : tensor;
  };
  return {
    adapter: mapTensors(restrictToDepth(task.adapter, task.depth), trained),
    examples,
    losses,
    gradientNorms,
    seconds: (performance.now() - start) / 1000,
    runtimeSeconds: engine.runtimeSeconds - runtimeBefore,
    trunkCounts: subtractCounts(engine.trunkCache.counts, countsBefore),
  };
}

/** Runs all but the last micro-batch; the summed loss, and the summed gradients as the step's accumulator. */
async function accumulate(
  engine: Engine,
  specification: ProgramSpecification,
  microBatches: readonly (readonly number[])[],
  feedsOf: BatchFeeds,
  elements: number,
): Promise<{ loss: number; feeds: Feeds }> {
  let loss = 0;
  let accumulator = zeros(elements);
  for (const examples of microBatches) {
    const outputs = await engine.run(
      specification,
      new Map([...(await feedsOf(examples)), [stateNames.accumulator, accumulator]]),
    );
    loss += scalarOutput(outputs, 'loss');
    accumulator = vectorOutput(outputs, stateNames.nextAccumulator);
  }
  return { loss, feeds: new Map([[stateNames.accumulator, accumulator]]) };
}

/** Labels and weights: every example counts 1/n of the batch of n that its micro-batch belongs to. */
function lossFeeds(dataset: TokenizedDataset, examples: readonly number[], batchLength: number): Feeds {
  const dims = [examples.length];
  return new Map<string, RuntimeTensor>([
    [
      'labels',
      { dtype: 'int32', dims, data: Int32Array.from(examples, (example) => itemAt(dataset.labels, example)) },
    ],
    [
      'example_weights',
      { dtype: 'float32', dims, data: new Float32Array(examples.length).fill(1 / batchLength) },
    ],
  ]);
}

function scheduleFeeds({ update, learningRate, firstStep }: LocalTask, step: number): Feeds {
  const rate = ['learning_rate', scalar(learningRateAt(learningRate, firstStep + step))] as const;
  if (update.optimizer === 'sgd') return new Map([rate]);
  return new Map([
    rate,
    ['first_correction', scalar(1 - ADAMW.beta1 ** (step + 1))],
    ['second_correction', scalar(1 - ADAMW.beta2 ** (step + 1))],
  ]);
}

function checkTask({ architecture }: Engine, task: LocalTask): void {
  const { depth, examples } = task;
  if (!Number.isInteger(depth) || depth < 1 || depth > architecture.blocks) {
    throw new InputError({
      code: 'depth-invalid',
      expected: `a depth from 1 to ${architecture.blocks}, the model's number of blocks`,
      got: String(depth),
      where: 'depth',
      todo: 'Choose a depth in that range.',
    });
  }
  checkLocalTraining(task, task.adapter, depth);
  if (examples.length > 0) return;
  throw new InputError({
    code: 'examples-missing',
    expected: 'at least one example',
    got: 'none',
    where: 'local training data',
    todo: 'Give every device data, or leave it out.',
  });
}

function checkLoss(loss: number, step: number): void {
  if (Number.isFinite(loss)) return;
  throw new InputError({
    code: 'loss-not-finite',
    expected: 'a finite loss',
    got: String(loss),
    where: `local step ${step + 1}`,
    todo: 'Lower the learning rate, or clip gradients to norm 1.',
  });
}
