import { writeAdapterNotes, writePeftAdapter } from '@legend-fl/lora/node';
import type { Summary } from '@legend-fl/runs';
import { summarizeStrategy } from '@legend-fl/runs';
import { createRunFolder, openRunFolder, type RunFolder } from '@legend-fl/runs/node';
import { subtractCounts } from '@legend-fl/trainer';
import { TrainerPool } from '@legend-fl/trainer/node';
import type { Experiment } from './experiment.ts';
import type { ExperimentResources } from './experiment-resources.ts';
import { noteChange } from './note-change.ts';
import { type PreparedExperiment, prepareExperiment, type Trial } from './prepare-experiment.ts';
import { runStrategy } from './run-strategy.ts';

/**
 * Runs every strategy of an experiment, one after the other, on the same fleet, data and seed, and leaves a run folder with
 * summary, rounds, adapters and report. The folder is created once all input has been checked.
 *
 * @returns the summary as it stands in the folder
 * @throws InputError for bad input; the signal's reason if interrupted, after which `resume` continues the run
 */
export async function runExperiment(
  experiment: Experiment,
  resources: ExperimentResources,
): Promise<Summary> {
  const prepared = await prepareExperiment(experiment, resources);
  const { out, resume } = resources;
  const folder = await (resume
    ? openRunFolder(out, prepared.summary)
    : createRunFolder(out, prepared.summary));
  try {
    const finished = new Map(folder.summary.strategies.map((strategy) => [strategy.name, strategy]));
    for (const { setting } of prepared.trials) {
      noteChange(setting, finished.get(setting.name)?.strategyFile?.sha256, resources.onEvent);
    }
    const open = prepared.trials.filter(({ setting }) => !finished.has(setting.name));
    return open.length === 0 ? folder.summary : await runTrials(open, prepared, resources, folder);
  } finally {
    folder.release();
  }
}

async function runTrials(
  trials: readonly Trial[],
  prepared: PreparedExperiment,
  resources: ExperimentResources,
  folder: RunFolder,
): Promise<Summary> {
  const { truncated, maxLength } = prepared;
  const { modelFolder, data, workers, trunkDisk, onEvent, signal } = resources;
  if (truncated > 0) onEvent({ type: 'texts-cut', texts: truncated, maxLength });
  if (trunkDisk && trials.every(({ setting }) => setting.experiment.trunkCache === null)) {
    onEvent({ type: 'trunk-disk-unused', folder: trunkDisk.folder });
  }
  const pool = new TrainerPool({
    modelFolder,
    classes: data.classes.length,
    seed: folder.summary.config.seed,
    threads: 1,
    workers,
    signal,
    trunkCache: { disk: trunkDisk },
    onTrunkCacheStatus: (status) => onEvent({ type: 'trunk-cache-status', status }),
  });
  try {
    let { summary } = folder;
    for (const trial of trials) summary = await runTrial(trial, pool, prepared, resources, folder, summary);
    return summary;
  } finally {
    await pool.close();
  }
}

/** Runs a strategy to its end. The summary is written last, so every strategy in it has all its files. */
async function runTrial(
  { strategy, setting, initial }: Trial,
  pool: TrainerPool,
  { model, maxLength }: PreparedExperiment,
  { modelId, pretrainedName, data, out, renderReport, onEvent, signal }: ExperimentResources,
  folder: RunFolder,
  before: Summary,
): Promise<Summary> {
  const { name, experiment } = setting;
  const started = {
    seconds: performance.now() / 1000,
    runtime: pool.runtimeSeconds,
    counts: pool.trunkCounts,
  };
  const strategyFolder = await folder.strategy(name);
  const simulation = { ...setting, trainer: pool, onEvent, signal };
  const { state, adapter, rounds, hostSeconds } = await runStrategy(
    simulation,
    strategy,
    initial,
    strategyFolder,
  );
  const busySeconds = (pool.runtimeSeconds - started.runtime) / pool.workers;
  const trunkCounts = subtractCounts(pool.trunkCounts, started.counts);
  const workerShare = busySeconds / (performance.now() / 1000 - started.seconds);
  await writePeftAdapter(strategyFolder.adapterPath, adapter, model.architecture, {
    baseModel: pretrainedName,
  });
  await writeAdapterNotes(strategyFolder.adapterPath, {
    classes: [...data.classes],
    maxLength,
    model: { id: modelId, sha256: before.model.sha256 },
  });
  const { targetAccuracy } = experiment;
  const figures = summarizeStrategy({ name, rounds, targetAccuracy, hostSeconds });
  const { strategyFile } = setting;
  const result = {
    ...figures,
    method: strategy.describe(),
    ...(strategyFile && { strategyFile: { path: strategyFile.path, sha256: strategyFile.sha256 } }),
  };
  const summary = { ...before, strategies: [...before.strategies, result] };
  if (renderReport !== undefined) await folder.writeReport(await renderReport(out, summary));
  await folder.writeSummary(summary);
  onEvent({
    type: 'strategy-finished',
    strategy: name,
    reason: state.reason,
    workerShare,
    trunkCounts,
    summary: result,
  });
  return summary;
}
