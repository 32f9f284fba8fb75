import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@legend/base';
import { comparisonRows, formatComparisonTable, loadExperiment, runExperiment } from '@legend/simulator';
import { Command } from 'commander';
import { headClasses } from '../head-classes.ts';
import { onInterrupt } from '../interruption.ts';
import { type ColumnOptions, columnsOf, integerFrom, names, numberFrom, sharedOptions } from '../options.ts';
import { loadTrainTest, locateModel } from '../resolve-inputs.ts';
import { showExperiment } from '../terminal/show-experiment.ts';

interface SimulateOptions extends ColumnOptions {
  readonly strategy?: readonly string[];
  readonly model?: string;
  readonly data?: string;
  readonly fleet?: string;
  readonly devices?: number;
  readonly rounds?: number;
  readonly seed?: number;
  readonly targetAccuracy?: number;
  readonly workers: number;
  readonly out?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('compare strategies on a simulated fleet: real training, virtual time')
    .argument('[experiment]', 'experiment file (YAML or JSON); options win over it')
    .option('--strategy <names>', 'strategies to run, separated by commas', names)
    .addOption(sharedOptions.model())
    .addOption(sharedOptions.data())
    .option('--fleet <ref>', 'fleet file (YAML or JSON) or built-in name')
    .option('--devices <n>', 'number of devices', integerFrom(1))
    .option('--rounds <n>', 'rounds at most', integerFrom(1))
    .addOption(sharedOptions.seed())
    .option('--target-accuracy <x>', 'stop a strategy when it gets there', numberFrom(0))
    .option(
      '--workers <n>',
      'worker threads; the result does not depend on it',
      integerFrom(1),
      availableParallelism(),
    )
    .option('--out <dir>', 'run folder (default: runs/<date and time>)')
    .option('--resume', 'go on with the interrupted run in --out')
    .addOption(sharedOptions.textColumn())
    .addOption(sharedOptions.textPairColumn())
    .addOption(sharedOptions.labelColumn())
    .addOption(sharedOptions.keyColumn())
    .addOption(sharedOptions.json())
    .action(simulate);
}

async function simulate(file: string | undefined, options: SimulateOptions): Promise<void> {
  const experiment = await loadExperiment(file, overridesOf(options));
  const out = runFolderOf(options);
  const model = await locateModel(experiment.model);
  const { train, test } = await loadTrainTest(
    experiment.data,
    columnsOf(options),
    await headClasses(model, undefined),
  );
  const { signal, dispose } = onInterrupt(
    `interrupted; continue with the same command and --out ${out} --resume`,
  );
  const display = showExperiment(experiment, { json: options.json === true });
  try {
    const summary = await runExperiment(experiment, {
      modelId: model.id,
      pretrainedName: model.pretrainedName,
      modelFolder: model.folder,
      modelSha256: model.sha256,
      data: { id: train.id, classes: train.classes, train: train.examples, test: test.examples },
      out,
      resume: options.resume === true,
      workers: options.workers,
      onEvent: display.onEvent,
      signal,
    });
    display.done();
    if (options.json) console.log(JSON.stringify(summary, null, 2));
    else
      console.log(
        `\n${formatComparisonTable(comparisonRows([{ name: out, summary }]))}\nreport: ${join(out, 'report.html')}`,
      );
  } finally {
    display.done();
    dispose();
  }
}

/** The run folder: the one named, or a new one. */
function runFolderOf({ out, resume }: SimulateOptions): string {
  if (out !== undefined) return out;
  if (!resume) return join('runs', timestamp(new Date()));
  throw new InputError({
    code: 'out-missing',
    expected: 'the folder of the run to go on with',
    got: 'no --out',
    where: '--resume',
    todo: 'Give the folder with --out.',
  });
}

/** What the options say about the experiment, under its keys. */
function overridesOf(options: SimulateOptions): Record<string, unknown> {
  const { strategy, model, data, fleet, devices, rounds, seed, targetAccuracy } = options;
  const overrides = { strategies: strategy, model, data, fleet, devices, rounds, seed, targetAccuracy };
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}

/** 2026-01-31-142501 */
function timestamp(now: Date): string {
  return now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
}
