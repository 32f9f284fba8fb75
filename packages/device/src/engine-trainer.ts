import { InputError } from '@legend-fl/base';
import { selectLinearMaps } from '@legend-fl/lora';
import { countParameters, memoryBytes } from '@legend-fl/method';
import { loadTokenizer, type Model, openModel } from '@legend-fl/models';
import { modelProfile } from '@legend-fl/runs';
import {
  computeLogits,
  Engine,
  meanTokens,
  measureBlocks,
  padTokens,
  type Runtime,
  scoreLogits,
  type TokenizedDataset,
  TrunkCache,
  tokenizeExamples,
  trainLocally,
} from '@legend-fl/trainer';
import type { DeviceTrainer, StepToMeasure } from './device-trainer.ts';

/** What a measured step carries in every linear map; a step's time hardly depends on it. */
const MEASURED_RANK = 8;
const MEASURED_REPEATS = 3;
/** Seconds after which one measurement of each kind has to do. */
const MEASURED_BUDGET_SECONDS = 5;
/** Examples that are scored between two signs of life. */
const SCORED_AT_ONCE = 32;

/** Trains in the thread of its caller. */
export function engineTrainer({
  runtime,
  about,
  trunkCacheBytes,
}: {
  readonly runtime: Runtime;
  /** The runtime, for people. */
  readonly about: string;
  /** Memory for hidden states, of runs that keep them. */
  readonly trunkCacheBytes?: number | undefined;
}): DeviceTrainer {
  let opened: { model: Model; engine: Engine; dataset: TokenizedDataset } | undefined;
  const atWork = () => {
    if (opened) return opened;
    throw new Error('A trainer has to open a model before it works.');
  };
  return {
    about,
    open: async ({ files, classes, seed, maxLength, examples }) => {
      const model = await openModel(files, { classes, seed });
      const cut = Math.min(maxLength, model.architecture.maxTokens);
      const dataset = tokenizeExamples(await loadTokenizer(files), examples, cut);
      const trunkCache = new TrunkCache({ memoryBytes: trunkCacheBytes });
      opened = { model, engine: new Engine(model, runtime, trunkCache), dataset };
      return { truncated: dataset.truncated, maxLength: cut };
    },
    measure: (step) => {
      const { model, engine, dataset } = atWork();
      const tokens = padTokens(meanTokens(dataset));
      const shape = { batchSize: step.batchSize, tokens, rank: MEASURED_RANK, targets: step.targets };
      const deepest = deepestWithin(model, step, tokens);
      return measureBlocks(engine, model, shape, {
        depths: deepest === 1 ? [1] : [1, deepest],
        repeats: MEASURED_REPEATS,
        budgetSeconds: MEASURED_BUDGET_SECONDS,
      });
    },
    train: async (task, onStep) => {
      const { engine, dataset } = atWork();
      const { adapter, losses, runtimeSeconds, trunkCounts } = await trainLocally(
        engine,
        dataset,
        task,
        onStep,
      );
      const loss = losses.reduce((sum, each) => sum + each, 0) / losses.length;
      return { adapter, loss, runtimeSeconds, trunkMisses: trunkCounts.misses };
    },
    score: async (adapter, examples, onBatch) => {
      const { model, engine, dataset } = atWork();
      let [correct, loss] = [0, 0];
      for (let start = 0; start < examples.length; start += SCORED_AT_ONCE) {
        const part = examples.slice(start, start + SCORED_AT_ONCE);
        const logits = await computeLogits(engine, dataset, adapter, part);
        const labels = part.map((example) => dataset.labels[example] ?? 0);
        const score = scoreLogits(logits, labels, model.architecture.classes);
        correct += Math.round(score.accuracy * part.length);
        loss += score.loss * part.length;
        await onBatch();
      }
      return { examples: examples.length, correct, loss: loss / examples.length };
    },
  };
}

/** The largest depth whose training fits into the memory, as a plan counts it. */
function deepestWithin(
  model: Model,
  { batchSize, targets, memoryBytes: limit }: StepToMeasure,
  tokens: number,
): number {
  const { architecture } = model;
  const maps = selectLinearMaps(architecture, targets);
  const profile = modelProfile(model, maps, { batchSize, tokens });
  const ranks = Array.from({ length: architecture.blocks }, () => MEASURED_RANK);
  const bytesAt = (depth: number) => memoryBytes(profile, depth, countParameters(profile, { depth, ranks }));
  for (let depth = architecture.blocks; depth >= 1; depth--) if (bytesAt(depth) <= limit) return depth;
  throw new InputError({
    code: 'memory-too-small',
    expected: `at least ${Math.ceil(bytesAt(1) / 1e6)} MB, for one block`,
    got: `${Math.floor(limit / 1e6)} MB`,
    where: 'memory for training',
    todo: 'Allow more memory, or end other programs.',
  });
}
