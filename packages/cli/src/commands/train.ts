import { availableParallelism } from 'node:os';
import { DEFAULT_ALPHA_PER_RANK } from '@legend-fl/method';
import { Command, Option } from 'commander';
import { integerFrom, names, numberFrom, sharedOptions } from '../options.ts';
import { describeTrunkCounts } from '../terminal/describe-trunk-counts.ts';
import { noteCutTexts } from '../terminal/note-cut-texts.ts';
import { showSteps } from '../terminal/show-steps.ts';
import { type TrainedAdapter, type TrainOptions, trainAdapter, trainDefaults } from '../train-adapter.ts';

interface CommandOptions extends TrainOptions {
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
    .option(
      '--ranks <ranks>',
      'one rank, one per block (4,4,8,8,12,12), or a growing range (4-12)',
      trainDefaults.ranks,
    )
    .option('--alpha <x>', `LoRA's alpha (default: ${DEFAULT_ALPHA_PER_RANK} x rank)`, numberFrom(0))
    .option('--targets <names>', 'linear maps that carry LoRA (default: query and value)', names)
    .option('--steps <n>', 'optimizer steps; overrides --epochs', integerFrom(1))
    .option('--epochs <n>', 'passes over the data', integerFrom(1), trainDefaults.epochs)
    .option('--batch-size <n>', 'examples per step', integerFrom(1), trainDefaults.batchSize)
    .option('--micro-batch-size <n>', 'examples per pass; gradients are summed over a batch', integerFrom(1))
    .addOption(new Option('--optimizer <name>').choices(['adamw', 'sgd']).default(trainDefaults.optimizer))
    .option('--lr <x>', 'learning rate', numberFrom(0), trainDefaults.lr)
    .addOption(
      new Option('--schedule <name>', 'learning rate after the warm-up')
        .choices(['constant', 'linear'])
        .default(trainDefaults.schedule),
    )
    .option(
      '--warmup-steps <n>',
      'steps over which the learning rate rises',
      integerFrom(0),
      trainDefaults.warmupSteps,
    )
    .option('--weight-decay <x>', 'weight decay', numberFrom(0), trainDefaults.weightDecay)
    .option(
      '--max-grad-norm <x>',
      'clip gradients to this global norm; 0 = off',
      numberFrom(0),
      trainDefaults.maxGradNorm,
    )
    .addOption(sharedOptions.maxLength().default(trainDefaults.maxLength))
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
    .addOption(sharedOptions.seed().default(trainDefaults.seed))
    .addOption(sharedOptions.threads().default(availableParallelism(), 'all cores'))
    .addOption(sharedOptions.json())
    .action(train);
}

async function train(options: CommandOptions): Promise<void> {
  const display = showSteps(options);
  const result = await trainAdapter({ ...options, onStep: display.onStep, onNote: display.say }).finally(
    display.done,
  );
  noteCutTexts(result.truncated, result.maxLength);
  print(options, result);
}

function print({ json, out, trunkCache }: CommandOptions, result: TrainedAdapter): void {
  const { depth, steps, examples, losses, seconds, trunkCounts } = result;
  const { architecture, newHead } = result.model;
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
