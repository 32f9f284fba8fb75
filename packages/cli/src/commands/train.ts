import { availableParallelism } from 'node:os';
import type { Adapter } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import { type LoraSpecification, selectLinearMaps } from '@legend-fl/lora';
import { readPeftAdapter, writeAdapterNotes, writePeftAdapter } from '@legend-fl/lora/node';
import { DEFAULT_ALPHA_PER_RANK, rankDistribution } from '@legend-fl/method';
import type { Architecture, Model } from '@legend-fl/models';
import { type FineTuned, fineTune } from '@legend-fl/trainer';
import { nodeRuntime, TrunkFolder } from '@legend-fl/trainer/node';
import { Command, Option } from 'commander';
import { openModelAndData } from '../open-model-and-data.ts';
import { type ColumnOptions, integerFrom, names, numberFrom, sharedOptions } from '../options.ts';
import { parseRanks } from '../parse-ranks.ts';
import { refuseFilledFolder } from '../refuse-filled-folder.ts';
import { describeTrunkCounts } from '../terminal/describe-trunk-counts.ts';
import { describeTrunkStatus } from '../terminal/describe-trunk-status.ts';
import { noteCutTexts } from '../terminal/note-cut-texts.ts';
import { showSteps } from '../terminal/show-steps.ts';
import { type TrunkCacheOptions, trunkDiskOf } from '../trunk-disk.ts';

interface TrainOptions extends ColumnOptions, TrunkCacheOptions {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly initAdapter?: string;
  readonly depth?: number;
  readonly ranks: string;
  readonly alpha?: number;
  readonly targets?: readonly string[];
  readonly steps?: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly microBatchSize?: number;
  readonly optimizer: 'adamw' | 'sgd';
  readonly lr: number;
  readonly schedule: 'constant' | 'linear';
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly maxLength: number;
  readonly seed: number;
  readonly threads: number;
  readonly json?: boolean;
}

export function trainCommand(): Command {
  return new Command('train')
    .description('fine-tune a LoRA adapter on this machine and write it in PEFT format')
    .addOption(sharedOptions.model().makeOptionMandatory())
    .addOption(sharedOptions.data().makeOptionMandatory())
    .requiredOption('--out <dir>', 'new folder for the adapter')
    .option(
      '--init-adapter <dir>',
      'adapter to start from, in PEFT format; its ranks, targets and head are kept',
    )
    .option('--depth <k>', 'train the k blocks nearest the output (default: all)', integerFrom(1))
    .option('--ranks <ranks>', 'one rank, one per block (4,4,8,8,12,12), or a growing range (4-12)', '8')
    .option('--alpha <x>', `LoRA's alpha (default: ${DEFAULT_ALPHA_PER_RANK} x rank)`, numberFrom(0))
    .option('--targets <names>', 'linear maps that carry LoRA (default: query and value)', names)
    .option('--steps <n>', 'optimizer steps; overrides --epochs', integerFrom(1))
    .option('--epochs <n>', 'passes over the data', integerFrom(1), 1)
    .option('--batch-size <n>', 'examples per step', integerFrom(1), 16)
    .option('--micro-batch-size <n>', 'examples per pass; gradients are summed over a batch', integerFrom(1))
    .addOption(new Option('--optimizer <name>').choices(['adamw', 'sgd']).default('adamw'))
    .option('--lr <x>', 'learning rate', numberFrom(0), 1e-3)
    .addOption(
      new Option('--schedule <name>', 'learning rate after the warm-up')
        .choices(['constant', 'linear'])
        .default('constant'),
    )
    .option('--warmup-steps <n>', 'steps over which the learning rate rises', integerFrom(0), 0)
    .option('--weight-decay <x>', 'weight decay', numberFrom(0), 0.01)
    .option('--max-grad-norm <x>', 'clip gradients to this global norm; 0 = off', numberFrom(0), 1)
    .addOption(sharedOptions.maxLength().default(128))
    .addOption(sharedOptions.trunkCache())
    .addOption(sharedOptions.trunkCacheMb())
    .addOption(
      new Option(
        '--trunk-cache-type <type>',
        'element type; f16 rounds and takes half the space (default: f32)',
      ).choices(['f32', 'f16']),
    )
    .addOption(sharedOptions.textColumn())
    .addOption(sharedOptions.textPairColumn())
    .addOption(sharedOptions.labelColumn())
    .addOption(sharedOptions.seed().default(1))
    .addOption(sharedOptions.threads().default(availableParallelism(), 'all cores'))
    .addOption(sharedOptions.json())
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  await refuseFilledFolder(options.out);
  const disk = await trunkDiskOf(options);
  const { located, data, model } = await openModelAndData(options, options.initAdapter, 'train');
  const { architecture } = model;
  const start = await startOf(options, model);
  const depth = options.depth ?? adaptedDepth(start, architecture);
  const maxLength = Math.min(options.maxLength, architecture.maxTokens);
  if (disk && depth === architecture.blocks) {
    console.error('note: the trunk cache stays unused: at full depth no block is frozen (see --depth)');
  }
  const display = showSteps(options);
  const store = disk && new TrunkFolder(disk, (status) => display.say(describeTrunkStatus(status)));
  const result = await fineTune(model, nodeRuntime({ threads: options.threads }), data.examples, {
    start,
    depth,
    duration: options.steps === undefined ? { epochs: options.epochs } : { steps: options.steps },
    batchSize: options.batchSize,
    microBatchSize: options.microBatchSize,
    update: {
      optimizer: options.optimizer,
      weightDecay: options.weightDecay,
      maxGradNorm: options.maxGradNorm,
    },
    learningRate: learningRateOf(options, data.examples.length),
    maxLength,
    seed: options.seed,
    trunkCache: store && { store, elementType: options.trunkCacheType ?? 'f32' },
    onStep: display.onStep,
  }).finally(display.done);
  await writePeftAdapter(options.out, result.adapter, architecture, { baseModel: located.pretrainedName });
  await writeAdapterNotes(options.out, {
    classes: [...data.classes],
    maxLength,
    model: { id: located.id, sha256: located.sha256 },
  });
  noteCutTexts(result.truncated, maxLength);
  print(options, model, depth, result);
}

/** The adapter to start from, or the specification of a new one. */
async function startOf(
  { initAdapter, ranks, alpha, targets }: TrainOptions,
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

function learningRateOf(
  { lr, schedule, warmupSteps, steps, epochs, batchSize }: TrainOptions,
  examples: number,
) {
  const totalSteps = steps ?? epochs * Math.ceil(examples / batchSize);
  return { peak: lr, warmupSteps, ...(schedule === 'linear' && { totalSteps }) };
}

function print(
  { json, out, trunkCache }: TrainOptions,
  { architecture, newHead }: Model,
  depth: number,
  result: FineTuned,
): void {
  const { steps, examples, losses, seconds, trunkCounts } = result;
  const figures = {
    out,
    blocks: architecture.blocks,
    depth,
    steps,
    examples,
    firstLoss: losses[0],
    lastLoss: losses.at(-1),
    seconds,
    examplesPerSecond: examples / seconds,
    newHead,
    trunkCache: trunkCache === undefined ? null : trunkCounts,
  };
  if (json) {
    console.log(JSON.stringify(figures, null, 2));
    return;
  }
  const speed = `${figures.examplesPerSecond.toFixed(1)} examples/s`;
  console.log(
    `${steps} steps in ${seconds.toFixed(1)} s (${speed}), depth ${depth} of ${architecture.blocks}`,
  );
  console.log(`loss ${figures.firstLoss?.toFixed(4)} → ${figures.lastLoss?.toFixed(4)}`);
  if (trunkCache !== undefined && depth < architecture.blocks) {
    console.log(describeTrunkCounts(trunkCounts));
  }
  console.log(`adapter: ${out}`);
}
