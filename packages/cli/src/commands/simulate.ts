import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { writeFileAtomically } from '@legend-fl/base/node';
import { comparisonRows, formatComparisonTable, readRun, readRuns, renderReport } from '@legend-fl/report';
import type { Summary } from '@legend-fl/runs';
import { type Experiment, loadExperiment, runExperiment } from '@legend-fl/simulator';
import { Command } from 'commander';
import { headClasses } from '../head-classes.ts';
import { onInterrupt } from '../interruption.ts';
import { type ColumnOptions, columnsOf, integerFrom, names, share, sharedOptions } from '../options.ts';
import { loadTrainTest, locateModel } from '../resolve-inputs.ts';
import { showExperiment } from '../terminal/show-experiment.ts';
import { type TrunkCacheOptions, trunkDiskOf } from '../trunk-disk.ts';

interface SimulateOptions extends ColumnOptions, Omit<TrunkCacheOptions, 'trunkCacheType'> {
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
    .argument('[experiment]', 'experiment file (YAML or JSON), which options override')
    .option('--strategy <names>', 'strategies to run, names or paths of files, separated by commas', names)
    .addOption(sharedOptions.model())
    .addOption(sharedOptions.data())
    .option('--fleet <ref>', 'fleet file (YAML or JSON) or built-in name')
    .option('--devices <n>', 'number of devices', integerFrom(1))
    .option('--rounds <n>', 'maximum number of rounds', integerFrom(1))
    .addOption(sharedOptions.seed())
    .option('--target-accuracy <x>', 'stop a strategy when it reaches this accuracy', share)
    .option(
      '--workers <n>',
      'worker threads; they do not change the result',
      integerFrom(1),
      availableParallelism(),
    )
    .addOption(sharedOptions.trunkCache())
    .addOption(sharedOptions.trunkCacheMb())
    .option('--out <dir>', 'run folder (default: runs/<date and time>)')
    .option('--resume', 'resume the interrupted run in --out')
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
  const trunkDisk = await trunkDiskOf(options);
  const model = await locateModel(experiment.model);
  const { train, test } = await loadTrainTest(
    experiment.data,
    columnsOf(options),
    await headClasses(model, undefined),
  );
  const { signal, dispose } = onInterrupt(
    `interrupted; continue with the same command and --out ${out} --resume`,
  );
  const runs = listRuns(experiment, options, out);
  const display = showExperiment(experiment, { json: options.json === true, runs: runs.length });
  try {
    const summaries: Summary[] = [];
    for (const run of runs) {
      display.onRun(run.experiment.seed);
      const summary = await runExperiment(run.experiment, {
        modelId: model.id,
        pretrainedName: model.pretrainedName,
        modelFolder: model.folder,
        modelSha256: model.sha256,
        data: { id: train.id, classes: train.classes, train: train.examples, test: test.examples },
        out: run.out,
        resume: run.resume,
        workers: options.workers,
        trunkDisk,
        renderReport: async (folder, summary) => renderReport(await readRun(folder, summary)),
        onEvent: display.onEvent,
        signal,
      });
      summaries.push(summary);
    }
    display.done();
    await showResults(out, runs, summaries, options);
  } finally {
    display.done();
    dispose();
  }
}

/** One run of the experiment. */
interface Run {
  readonly experiment: Experiment;
  readonly out: string;
  readonly resume: boolean;
}

/** One run per seed, each in its own folder below `out`; without a list of seeds, or with --seed, one run in `out`. */
function listRuns(
  { seeds, ...experiment }: Experiment,
  { seed, resume = false }: SimulateOptions,
  out: string,
): readonly Run[] {
  if (seeds === undefined || seed !== undefined) return [{ experiment, out, resume }];
  return seeds.map((each) => {
    const folder = join(out, `seed-${each}`);
    return { experiment: { ...experiment, seed: each }, out: folder, resume: resume && existsSync(folder) };
  });
}

/** Prints the comparison to stdout; several runs also get a report over all of them. */
async function showResults(
  out: string,
  runs: readonly Run[],
  summaries: readonly Summary[],
  { json = false }: SimulateOptions,
): Promise<void> {
  const [only] = summaries;
  const report = join(out, 'report.html');
  if (runs.some((run) => run.out !== out)) {
    await writeFileAtomically(report, renderReport(await readRuns(runs.map((run) => run.out))));
  }
  if (json) {
    console.log(JSON.stringify(summaries.length === 1 ? only : summaries, null, 2));
    return;
  }
  const compared = summaries.map((summary, index) => ({ name: runs[index]?.out ?? out, summary }));
  console.log(`\n${formatComparisonTable(comparisonRows(compared))}\nreport: ${report}`);
}

/** The run folder: the one named, or a new one. */
function runFolderOf({ out, resume }: SimulateOptions): string {
  if (out !== undefined) return out;
  if (!resume) return join('runs', timestamp(new Date()));
  throw new InputError({
    code: 'out-missing',
    expected: 'the folder of the run to resume',
    got: 'no --out',
    where: '--resume',
    todo: 'Give the folder with --out.',
  });
}

/** The options that override keys of the experiment. */
function overridesOf(options: SimulateOptions): Record<string, unknown> {
  const { strategy, model, data, fleet, devices, rounds, seed, targetAccuracy } = options;
  const overrides = { strategies: strategy, model, data, fleet, devices, rounds, seed, targetAccuracy };
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}

/** 2026-01-31-142501 */
function timestamp(now: Date): string {
  return now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
}
