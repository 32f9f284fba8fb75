import { availableParallelism } from 'node:os';
import type { Adapter } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import { type LoraSpecification, selectLinearMaps } from '@legend-fl/lora';
import { readPeftAdapter, writeAdapterNotes, writePeftAdapter } from '@legend-fl/lora/node';
import { DEFAULT_ALPHA_PER_RANK, rankDistribution } from '@legend-fl/method';
import type { Architecture, Model } from '@legend-fl/models';
import { type FineTuned, fineTune } from '@legend-fl/trainer';
import { nodeRuntime, TrunkFolder } from '@legend-fl/trainer/node';
import { openModelAndData } from './open-model-and-data.ts';
import type { ColumnOptions } from './options.ts';
import { parseRanks } from './parse-ranks.ts';
import { refuseFilledFolder } from './refuse-filled-folder.ts';
import { describeTrunkStatus } from './terminal/describe-trunk-status.ts';
import { type TrunkCacheOptions, trunkDiskOf } from './trunk-disk.ts';

/** What holds where nothing else is said. */
export const trainDefaults = {
  ranks: '8',
  epochs: 1,
  batchSize: 16,
  optimizer: 'adamw',
  lr: 1e-3,
  schedule: 'constant',
  warmupSteps: 0,
  weightDecay: 0.01,
  maxGradNorm: 1,
  maxLength: 128,
  seed: 1,
} as const;

/** How to fine-tune an adapter on this machine: the options of `legend train`. */
export interface TrainOptions extends ColumnOptions, TrunkCacheOptions {
  /** A folder, `org/name[@rev]` on the Hugging Face hub, or a catalogue name. */
  readonly model: string;
  /** A JSONL, CSV, TSV or Parquet file, a data set of the hub, or a catalogue name. */
  readonly data: string;
  /** New folder for the adapter. */
  readonly out: string;
  /** Folder of the adapter to start from, in PEFT format; its ranks, targets and head are kept. */
  readonly initAdapter?: string | undefined;
  /** Train this many blocks, those nearest the output. Default: all. */
  readonly depth?: number | undefined;
  /** One rank, one per block (`4,4,8,8,12,12`), or a growing range (`4-12`). Default: 8. */
  readonly ranks?: string | undefined;
  /** LoRA's alpha. Default: twice the rank. */
  readonly alpha?: number | undefined;
  /** Linear maps that carry LoRA. Default: query and value. */
  readonly targets?: readonly string[] | undefined;
  /** Optimizer steps; overrides `epochs`. */
  readonly steps?: number | undefined;
  /** Passes over the data. Default: 1. */
  readonly epochs?: number | undefined;
  /** Examples per step. Default: 16. */
  readonly batchSize?: number | undefined;
  /** Examples at once; gradients are summed up to a batch. */
  readonly microBatchSize?: number | undefined;
  /** Default: adamw. */
  readonly optimizer?: 'adamw' | 'sgd' | undefined;
  /** Learning rate. Default: 1e-3. */
  readonly lr?: number | undefined;
  /** Learning rate after the warm-up. Default: constant. */
  readonly schedule?: 'constant' | 'linear' | undefined;
  /** Steps over which the learning rate rises. Default: 0. */
  readonly warmupSteps?: number | undefined;
  /** Default: 0.01. */
  readonly weightDecay?: number | undefined;
  /** Gradients are clipped to this global norm; 0 switches it off. Default: 1. */
  readonly maxGradNorm?: number | undefined;
  /** Texts are cut to this many tokens. Default: 128. */
  readonly maxLength?: number | undefined;
  /** Every random choice follows from it. Default: 1. */
  readonly seed?: number | undefined;
  /** Threads of ONNX Runtime. Default: all cores. */
  readonly threads?: number | undefined;
  readonly onStep?: ((step: number, steps: number, loss: number) => void) | undefined;
  /** Is told what happens to the folder of hidden states, and what a person should know. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** What a training came to. */
export interface TrainedAdapter extends FineTuned {
  readonly depth: number;
  /** Texts were cut to this many tokens. */
  readonly maxLength: number;
  readonly model: Model;
}

/**
 * Fine-tunes a LoRA adapter on this machine and writes it in PEFT format.
 * @throws InputError for whatever a person can mend
 */
export async function trainAdapter(options: TrainOptions): Promise<TrainedAdapter> {
  const chosen: Chosen = { ...trainDefaults, ...withoutUndefined(options) };
  await refuseFilledFolder(chosen.out);
  const disk = await trunkDiskOf(chosen);
  const { located, data, model } = await openModelAndData(chosen, chosen.initAdapter, 'train');
  const { architecture } = model;
  const start = await startOf(chosen, model);
  const depth = chosen.depth ?? adaptedDepth(start, architecture);
  const maxLength = Math.min(chosen.maxLength, architecture.maxTokens);
  if (disk && depth === architecture.blocks) {
    chosen.onNote?.('note: the trunk cache stays unused: at full depth no block is frozen (see --depth)');
  }
  const store = disk && new TrunkFolder(disk, (status) => chosen.onNote?.(describeTrunkStatus(status)));
  const runtime = nodeRuntime({ threads: chosen.threads ?? availableParallelism() });
  const result = await fineTune(model, runtime, data.examples, {
    start,
    depth,
    duration: chosen.steps === undefined ? { epochs: chosen.epochs } : { steps: chosen.steps },
    batchSize: chosen.batchSize,
    microBatchSize: chosen.microBatchSize,
    update: {
      optimizer: chosen.optimizer,
      weightDecay: chosen.weightDecay,
      maxGradNorm: chosen.maxGradNorm,
    },
    learningRate: learningRateOf(chosen, data.examples.length),
    maxLength,
    seed: chosen.seed,
    trunkCache: store && { store, elementType: chosen.trunkCacheType ?? 'f32' },
    ...(chosen.onStep && { onStep: chosen.onStep }),
  });
  await writePeftAdapter(chosen.out, result.adapter, architecture, { baseModel: located.pretrainedName });
  await writeAdapterNotes(chosen.out, {
    classes: [...data.classes],
    maxLength,
    model: { id: located.id, sha256: located.sha256 },
  });
  return { ...result, depth, maxLength, model };
}

type Chosen = Given<TrainOptions> & Required<Pick<Given<TrainOptions>, keyof typeof trainDefaults>>;

type Given<Options> = { [Name in keyof Options]: Exclude<Options[Name], undefined> };

/** An option that is there but undefined is one that was not given. */
function withoutUndefined(options: TrainOptions): Given<TrainOptions> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Given<TrainOptions>;
}

/** The adapter to start from, or the specification of a new one. */
async function startOf(
  { initAdapter, ranks, alpha, targets }: Chosen,
  { architecture, head, newHead }: Model,
): Promise<Adapter | LoraSpecification> {
  if (initAdapter !== undefined) {
    const adapter = await readPeftAdapter(initAdapter, architecture);
    // An adapter without a head leaves the model's own head frozen; a head that was just drawn has to be trained.
    return adapter.head.size === 0 && newHead.length > 0 ? { ...adapter, head } : adapter;
  }
  const perBlock = rankDistribution(parseRanks(ranks), architecture.blocks);
  selectLinearMaps(architecture, targets ?? architecture.defaultTargets);
  return {
    targets: targets ?? architecture.defaultTargets,
    ranks: perBlock,
    alphas: perBlock.map((rank) => alpha ?? DEFAULT_ALPHA_PER_RANK * rank),
  };
}

/** All blocks of a new adapter; of an existing one, down to its lowest block that carries LoRA. */
function adaptedDepth(start: Adapter | LoraSpecification, { blocks }: Architecture): number {
  if ('targets' in start) return blocks;
  const lowest = start.blocks.findIndex((block) => block.size > 0);
  if (lowest >= 0) return blocks - lowest;
  throw new InputError({
    code: 'adapter-empty',
    expected: 'an adapter with LoRA on at least one block',
    got: 'one without LoRA',
    where: '--init-adapter',
    todo: 'Give another adapter, or leave the option out.',
  });
}

function learningRateOf({ lr, schedule, warmupSteps, steps, epochs, batchSize }: Chosen, examples: number) {
  const totalSteps = steps ?? epochs * Math.ceil(examples / batchSize);
  return { peak: lr, warmupSteps, ...(schedule === 'linear' && { totalSteps }) };
}
