import { folderFiles } from '@legend-fl/adapter/node';
import { locateProblem, type Random, seededRandom } from '@legend-fl/base';
import { estimatorNamed, type GlobalState, type Strategy } from '@legend-fl/method';
import { loadTokenizer, type Model, openModel, type Tokenizer } from '@legend-fl/models';
import { fitStrategy, type Summary, strategyOptions } from '@legend-fl/runs';
import { describeHost } from '@legend-fl/runs/node';
import { longestTokens, meanTokens, type TokenizedDataset, tokenizeExamples } from '@legend-fl/trainer';
import { blockWork } from '../fleet/block-work.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { loadFleet } from '../fleet/load-fleet.ts';
import { partition } from '../partition/partition.ts';
import { loadStrategy } from '../strategy-file/load-strategy.ts';
import { hashData, hashFleet } from './content-hashes.ts';
import { drawRoundDevices } from './draw-round-devices.ts';
import type { Experiment } from './experiment.ts';
import type { ExperimentData, ExperimentResources } from './experiment-resources.ts';
import { planExperimentRound } from './plan-experiment-round.ts';
import { type ResolvedVariant, resolveVariants } from './resolve-variants.ts';
import { startTensors } from './run-tensors.ts';
import { type SettledExperiment, settleDevices } from './settle-devices.ts';
import type { Setting } from './simulation.ts';

/** One run of an experiment: a strategy, its setting, and the global state before round 1. */
export interface Trial {
  readonly strategy: Strategy;
  readonly setting: Setting;
  readonly initial: GlobalState;
}

/** An experiment that has passed every check that is possible before it runs. */
export interface PreparedExperiment {
  readonly trials: readonly Trial[];
  readonly model: Model;
  /** How many texts, training and test together, are cut to `maxLength` tokens. */
  readonly truncated: number;
  readonly maxLength: number;
  /** Before any strategy has finished. */
  readonly summary: Summary;
}

/** Shared by all runs of an experiment. */
interface SharedInputs {
  readonly fleet: Fleet;
  readonly model: Model;
  readonly data: ExperimentData;
  readonly train: TokenizedDataset;
  readonly test: TokenizedDataset;
}

/**
 * Reads and checks all inputs of an experiment, down to the first plan of each strategy; writes nothing.
 * @throws InputError for bad input
 */
export async function prepareExperiment(
  wanted: Experiment,
  resources: ExperimentResources,
): Promise<PreparedExperiment> {
  const { modelFolder } = resources;
  const fleet = await loadFleet(wanted.fleet);
  const experiment = settleDevices(wanted, fleet);
  const data = drawExamples(resources.data, experiment);
  const variants = resolveVariants(experiment);
  const model = await openModel(folderFiles(modelFolder), {
    classes: data.classes.length,
    seed: experiment.seed,
  });
  const tokenizer = await loadTokenizer(model.files);
  const maxLength = Math.min(experiment.local.maxLength, model.architecture.maxTokens);
  const shared = { fleet, model, data, ...tokenize(tokenizer, data, maxLength) };
  const trials: Trial[] = [];
  for (const variant of variants) trials.push(await prepareTrial(variant, experiment.devices, shared));
  return {
    trials,
    model,
    truncated: shared.train.truncated + shared.test.truncated,
    maxLength,
    summary: describeRun(experiment, resources, shared),
  };
}

/** The data reduced to the number of examples that the experiment asks for, in their order. */
function drawExamples(data: ExperimentData, experiment: Experiment): ExperimentData {
  const { trainExamples, testExamples, seed } = experiment;
  return {
    ...data,
    train: drawSome(data.train, trainExamples, seededRandom(seed, 'training examples')),
    test: drawSome(data.test, testExamples, seededRandom(seed, 'test examples')),
  };
}

function drawSome<Item>(items: readonly Item[], wanted: number | null, random: Random): readonly Item[] {
  if (wanted === null || wanted >= items.length) return items;
  const kept = new Set(random.shuffle([...items.keys()]).slice(0, wanted));
  return items.filter((_, index) => kept.has(index));
}

function tokenize(tokenizer: Tokenizer, { train, test }: ExperimentData, maxLength: number) {
  return {
    train: tokenizeExamples(tokenizer, train, maxLength),
    test: tokenizeExamples(tokenizer, test, maxLength),
  };
}

async function prepareTrial(
  { name, strategy: ref, experiment: wanted }: ResolvedVariant,
  devices: number,
  shared: SharedInputs,
): Promise<Trial> {
  try {
    const experiment = { ...wanted, devices };
    const { strategy, file } = await loadStrategy(ref, strategyOptions(experiment));
    // Its description is written at the end of its run; a faulty one should fail now.
    strategy.describe();
    const { fleet, model, data, train, test } = shared;
    const { architecture } = model;
    const { seed, targets } = experiment;
    const { batchSize } = experiment.local;
    // Memory has to hold the longest batch; time follows the mean.
    const longest = { batchSize, tokens: longestTokens(train) };
    const { profile, initial } = fitStrategy(strategy, model, { ...longest, targets, seed });
    const setting: Setting = {
      name,
      strategyFile: file,
      experiment,
      fleet,
      profile,
      work: blockWork(architecture, { batchSize, tokens: meanTokens(train) }),
      hidden: architecture.hidden,
      train,
      test,
      shares: partition(data.train, { ...experiment.partition, devices, seed }),
      estimator: estimatorNamed(experiment.estimator),
    };
    // A strategy that cannot plan for this fleet should fail now, not after another one has trained for an hour.
    planFirstRound(setting, strategy, initial);
    return { strategy, setting, initial };
  } catch (error) {
    throw locateProblem(error, name);
  }
}

function planFirstRound(setting: Setting, strategy: Strategy, initial: GlobalState): void {
  const state = { round: 1, capacities: [], lastEvaluation: null };
  try {
    planExperimentRound(setting, strategy, state, startTensors(initial), drawRoundDevices(setting, 1));
  } catch (error) {
    throw locateProblem(error, 'round 1');
  }
}

function describeRun(
  experiment: SettledExperiment,
  { modelId, modelSha256 }: ExperimentResources,
  { model: { architecture }, fleet, data }: SharedInputs,
): Summary {
  return {
    formatVersion: 1,
    kind: 'simulated',
    config: experiment,
    host: describeHost(),
    fleet: { sha256: hashFleet(fleet) },
    model: { id: modelId, sha256: modelSha256, blocks: architecture.blocks, hidden: architecture.hidden },
    data: {
      id: data.id,
      train: data.train.length,
      test: data.test.length,
      classes: data.classes.length,
      classNames: data.classes,
      sha256: hashData(data),
      partition: experiment.partition,
    },
    strategies: [],
  };
}
