import { createAdapter, selectLinearMaps } from '@legend/lora';
import { createStrategy, estimatorNamed, type GlobalState, type Strategy } from '@legend/method';
import { loadTokenizer, type Model, openModel } from '@legend/models';
import { longestTokens, meanTokens, tokenizeExamples } from '@legend/trainer';
import { loadFleet } from '../fleet/load-fleet.ts';
import { partition } from '../partition/partition.ts';
import { describeHost } from '../run-folder/describe-host.ts';
import type { Summary } from '../run-folder/summary.ts';
import type { Experiment } from './experiment.ts';
import type { ExperimentResources } from './experiment-resources.ts';
import { presentDevices, type Setting } from './laboratory.ts';
import { locateProblem } from './locate-problem.ts';
import { blockWork, modelProfile } from './model-profile.ts';
import { type SettledExperiment, settleDevices } from './settle-devices.ts';

/** One strategy of an experiment and the global state that it begins with. */
export interface Trial {
  readonly strategy: Strategy;
  readonly initial: GlobalState;
}

/** An experiment of which everything that can be checked beforehand has been checked. */
export interface PreparedExperiment {
  readonly setting: Setting;
  readonly trials: readonly Trial[];
  readonly model: Model;
  /** Tokens to which texts are cut. */
  readonly maxLength: number;
  /** Before any strategy has finished. */
  readonly summary: Summary;
}

/**
 * Reads and checks what an experiment needs, down to the first plan of each strategy; writes nothing.
 * @throws InputError for bad input
 */
export async function prepareExperiment(
  wanted: Experiment,
  resources: ExperimentResources,
): Promise<PreparedExperiment> {
  const { data, modelFolder } = resources;
  const estimator = estimatorNamed(wanted.estimator);
  const strategies = wanted.strategies.map((name) => createStrategy(name, strategyOptions(wanted)));
  const fleet = await loadFleet(wanted.fleet);
  const experiment = settleDevices(wanted, fleet);
  const { seed, devices, local } = experiment;
  const model = await openModel(modelFolder, { classes: data.classes.length, seed });
  const { architecture } = model;
  const targets = selectLinearMaps(architecture, experiment.targets ?? architecture.defaultTargets);
  const shares = partition(data.train, { ...experiment.partition, devices, seed });
  const tokenizer = await loadTokenizer(modelFolder);
  const maxLength = Math.min(local.maxLength, architecture.maxTokens);
  const train = tokenizeExamples(tokenizer, data.train, maxLength);
  const setting: Setting = {
    experiment,
    fleet,
    // Memory has to hold the longest batch; time follows the mean.
    profile: modelProfile(model, targets, { batchSize: local.batchSize, tokens: longestTokens(train) }),
    work: blockWork(architecture, { batchSize: local.batchSize, tokens: meanTokens(train) }),
    train,
    test: tokenizeExamples(tokenizer, data.test, maxLength),
    shares,
    estimator,
  };
  const names = targets.map(({ name }) => name);
  const trials = strategies.map((strategy) => ({
    strategy,
    initial: initialState(setting, strategy, model, names),
  }));
  for (const trial of trials) checkFirstPlan(setting, trial);
  return { setting, trials, model, maxLength, summary: describeRun(experiment, resources, model) };
}

function strategyOptions({ ranks, waitingBound }: Experiment) {
  return {
    ...(ranks && { ranks }),
    ...(waitingBound !== undefined && { waitingBoundSeconds: waitingBound }),
  };
}

/** The strategy's rank distribution as a fresh adapter; all strategies draw A from the same seed. */
function initialState(
  { profile, experiment }: Setting,
  strategy: Strategy,
  { architecture, head }: Model,
  targets: readonly string[],
): GlobalState {
  const specification = { targets, ...strategy.initialRanks(profile) };
  return { adapter: createAdapter(architecture, specification, head, experiment.seed), memory: null };
}

/** Throws where a strategy cannot plan for this fleet, before another one has trained for an hour. */
function checkFirstPlan(setting: Setting, { strategy, initial }: Trial): void {
  const { profile, experiment } = setting;
  try {
    strategy.plan({
      round: 1,
      profile,
      localSteps: experiment.local.steps,
      trunk: experiment.trunk,
      devices: presentDevices(setting, 1),
      global: initial,
    });
  } catch (error) {
    throw locateProblem(error, strategy.name);
  }
}

function describeRun(
  experiment: SettledExperiment,
  { modelId, modelSha256, data }: ExperimentResources,
  { architecture }: Model,
): Summary {
  return {
    formatVersion: 1,
    config: experiment,
    host: describeHost(),
    model: { id: modelId, sha256: modelSha256, blocks: architecture.blocks, hidden: architecture.hidden },
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
