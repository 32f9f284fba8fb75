import { createAdapter, selectLinearMaps, writeAdapterNotes, writePeftAdapter } from '@legend/lora';
import { createStrategy, estimatorNamed, type GlobalState, type Strategy } from '@legend/method';
import { loadTokenizer, type Model, openModel } from '@legend/models';
import { meanTokens, type TextExample, TrainerPool, tokenizeExamples } from '@legend/trainer';
import { loadFleet } from '../fleet/load-fleet.ts';
import { partition } from '../partition/partition.ts';
import { renderReport } from '../report/render-report.ts';
import { describeHost } from '../run-folder/describe-host.ts';
import { readRun } from '../run-folder/read-run.ts';
import { createRunFolder, openRunFolder } from '../run-folder/run-folder.ts';
import { summarizeStrategy } from '../run-folder/summarize-strategy.ts';
import type { StrategySummary, Summary } from '../run-folder/summary.ts';
import type { Experiment } from './experiment.ts';
import type { ExperimentEvent } from './experiment-event.ts';
import type { Laboratory } from './laboratory.ts';
import { blockWork, modelProfile } from './model-profile.ts';
import { runStrategy } from './run-strategy.ts';

/** Labelled examples for training and testing, with the names of their classes. */
export interface ExperimentData {
  readonly id: string;
  readonly classes: readonly string[];
  readonly train: readonly (TextExample & { readonly key?: string | undefined })[];
  readonly test: readonly TextExample[];
}

/** What an experiment runs with, on this machine. */
export interface ExperimentResources {
  readonly modelId: string;
  /** What the adapters name as their base. */
  readonly pretrainedName: string;
  readonly modelFolder: string;
  readonly data: ExperimentData;
  /** Run folder. */
  readonly out: string;
  /** Goes on with the run in `out` instead of beginning one. */
  readonly resume: boolean;
  readonly workers: number;
  readonly onEvent: (event: ExperimentEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs every strategy of an experiment, one after the other, on the same fleet, data and seed, and leaves a run
 * folder with its summary, rounds, adapters and report.
 *
 * @returns the summary as it stands in the folder
 * @throws InputError for bad input; the signal's reason when interrupted, after which `resume` continues the run
 */
export async function runExperiment(
  experiment: Experiment,
  resources: ExperimentResources,
): Promise<Summary> {
  const { data, modelFolder, signal } = resources;
  const { seed } = experiment;
  const estimator = estimatorNamed(experiment.estimator);
  const strategies = experiment.strategies.map((name) => createStrategy(name, strategyOptions(experiment)));
  const fleet = await loadFleet(experiment.fleet);
  const model = await openModel(modelFolder, { classes: data.classes.length, seed });
  const { architecture } = model;
  const targets = selectLinearMaps(architecture, experiment.targets ?? architecture.defaultTargets);
  const shares = partition(data.train, { ...experiment.partition, devices: experiment.devices, seed });
  const blank = await blankSummary(experiment, resources, model);
  const folder = await (resources.resume
    ? openRunFolder(resources.out, blank)
    : createRunFolder(resources.out, blank));
  const pool = new TrainerPool({
    modelFolder,
    classes: data.classes.length,
    seed,
    threads: 1,
    workers: resources.workers,
  });
  try {
    const tokenizer = await loadTokenizer(modelFolder);
    const maxLength = Math.min(experiment.local.maxLength, architecture.maxTokens);
    const train = tokenizeExamples(tokenizer, data.train, maxLength);
    const test = tokenizeExamples(tokenizer, data.test, maxLength);
    const shape = { batchSize: experiment.local.batchSize, tokens: meanTokens(train) };
    const laboratory: Laboratory = {
      ...resources,
      experiment,
      fleet,
      profile: modelProfile(model, targets, shape),
      work: blockWork(architecture, shape),
      train,
      test,
      shares,
      estimator,
      pool,
    };
    const finished: StrategySummary[] = [];
    for (const strategy of strategies) {
      const initial = initialState(
        laboratory,
        strategy,
        model,
        targets.map(({ name }) => name),
      );
      const strategyFolder = await folder.strategy(strategy.name);
      const before = { seconds: performance.now() / 1000, runtime: pool.runtimeSeconds };
      const outcome = await runStrategy(laboratory, strategy, initial, strategyFolder);
      await writePeftAdapter(strategyFolder.adapterPath, outcome.global.adapter, architecture, {
        baseModel: resources.pretrainedName,
      });
      await writeAdapterNotes(strategyFolder.adapterPath, {
        classes: [...data.classes],
        maxLength,
        model: { id: resources.modelId, sha256: blank.model.sha256 },
      });
      const summary = summarizeStrategy({
        name: strategy.name,
        rounds: outcome.records,
        targetAccuracy: experiment.targetAccuracy,
        hostSeconds: outcome.hostSeconds,
      });
      finished.push(summary);
      await folder.writeSummary({ ...blank, strategies: finished });
      await folder.writeReport(renderReport(await readRun(resources.out)));
      resources.onEvent({
        type: 'strategy-finished',
        strategy: strategy.name,
        reason: outcome.state.reason,
        workerShare:
          (pool.runtimeSeconds - before.runtime) / pool.workers / (performance.now() / 1000 - before.seconds),
        summary,
      });
    }
    signal.throwIfAborted();
    return { ...blank, strategies: finished };
  } finally {
    await pool.close();
    folder.release();
  }
}

function strategyOptions({ ranks, waitingBound }: Experiment) {
  return {
    ...(ranks && { ranks }),
    ...(waitingBound !== undefined && { waitingBoundSeconds: waitingBound }),
  };
}

/** The strategy's rank distribution as a fresh adapter; all strategies draw A from the same seed. */
function initialState(
  { profile, experiment }: Laboratory,
  strategy: Strategy,
  { architecture, head }: Model,
  targets: readonly string[],
): GlobalState {
  const adapter = createAdapter(
    architecture,
    { targets, ...strategy.initialRanks(profile) },
    head,
    experiment.seed,
  );
  return { adapter, memory: null };
}

/** The summary before any strategy has finished. */
async function blankSummary(
  experiment: Experiment,
  { modelId, data }: ExperimentResources,
  { architecture, sha256 }: Model,
): Promise<Summary> {
  return {
    formatVersion: 1,
    config: experiment,
    host: describeHost(),
    model: { id: modelId, sha256: await sha256(), blocks: architecture.blocks, hidden: architecture.hidden },
    data: {
      id: data.id,
      train: data.train.length,
      test: data.test.length,
      classes: data.classes.length,
      classNames: data.classes,
      partition: experiment.partition,
    },
    strategies: [],
  };
}
