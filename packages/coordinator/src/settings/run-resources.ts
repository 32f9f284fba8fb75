import { folderFiles } from '@legend-fl/adapter/node';
import { InputError, parseInput } from '@legend-fl/base';
import {
  createStrategy,
  estimatorNamed,
  type ModelProfile,
  type NamedEstimator,
  type Strategy,
  type StrategyOptions,
} from '@legend-fl/method';
import { loadTokenizer, type Model, openModel } from '@legend-fl/models';
import { fitStrategy, strategyOptions } from '@legend-fl/runs';
import { padTokens, type TextExample, type TokenizedDataset, tokenizeExamples } from '@legend-fl/trainer';
import { z } from 'zod';
import { type BaseFile, listBaseFiles } from './base-files.ts';
import { parseRunSettings, type RunSettings } from './run-settings.ts';
import type { RunTensors } from './run-tensors.ts';

/** A base model on this machine. */
export interface BaseModel {
  /** As it was referred to. */
  readonly id: string;
  /** What adapters name as their base. */
  readonly pretrainedName: string;
  readonly folder: string;
  /** Of its weights. */
  readonly sha256: string;
}

/** Held-out examples. */
export interface TestData {
  readonly id: string;
  readonly classes: readonly string[];
  readonly examples: readonly TextExample[];
}

/** Where models and held-out data come from. */
export interface Sources {
  /** Throws InputError. */
  resolveModel(ref: string): Promise<BaseModel>;
  /**
   * The held-out part of some data. Throws InputError.
   * @param classes to read it with; null: its own, or those of the model's head
   */
  loadTestData(ref: string, classes: readonly string[] | null, model: BaseModel): Promise<TestData>;
}

const definitionSchema = z.object({
  settings: z.unknown(),
  /** Names of the classes. */
  classes: z.array(z.string()).min(1),
  model: z.object({
    id: z.string(),
    sha256: z.string(),
    blocks: z.int().positive(),
    hidden: z.int().positive(),
  }),
});

/** What is stored of a run when it is made: its settings, and what they were found to mean. */
export interface RunDefinition extends Omit<z.output<typeof definitionSchema>, 'settings'> {
  readonly settings: RunSettings;
}

/** A definition as it was stored. Throws InputError where another version of Legend stored it. */
export function parseDefinition(stored: unknown, where: string): RunDefinition {
  const definition = parseInput(definitionSchema, stored, { code: 'run-definition-invalid', where });
  const settings = parseInput(z.record(z.string(), z.unknown()), definition.settings, {
    code: 'run-definition-invalid',
    where: `${where}: settings`,
  });
  return { ...definition, settings: parseRunSettings({ ...EARLIER_SETTINGS, ...settings }, where) };
}

/** What runs went by that were stored before these settings existed. */
const EARLIER_SETTINGS = { minimumCohort: 1 };

const storedKeysSchema = z.object({ settings: z.record(z.string(), z.unknown()) });

/**
 * Whether a stored run was begun with these settings; those that did not exist then may be any.
 * @throws InputError as `parseDefinition` does
 */
export function isBegunWith(stored: unknown, settings: RunSettings, where: string): boolean {
  const begun: Readonly<Record<string, unknown>> = parseDefinition(stored, where).settings;
  const wanted: Readonly<Record<string, unknown>> = settings;
  const known = storedKeysSchema.parse(stored).settings;
  return Object.keys(known).every((key) => JSON.stringify(begun[key]) === JSON.stringify(wanted[key]));
}

/** What a run works with. */
export interface RunResources {
  readonly definition: RunDefinition;
  readonly base: BaseModel;
  readonly baseFiles: readonly BaseFile[];
  readonly model: Model;
  readonly profile: ModelProfile;
  /** Tokens to which texts are cut. */
  readonly maxLength: number;
  /** Linear maps that carry LoRA. */
  readonly targets: readonly string[];
  readonly strategy: Strategy;
  /** What it was made with. */
  readonly strategyOptions: StrategyOptions;
  readonly estimator: NamedEstimator;
  /** null where the devices evaluate. */
  readonly test: TokenizedDataset | null;
  readonly testId: string | null;
  /** What the run begins with. */
  readonly initial: RunTensors;
}

/**
 * Opens what the settings name.
 * @param known of a run that was made before: its model must be the same
 * @throws InputError for anything that a run cannot go with
 */
export async function openResources(
  settings: RunSettings,
  sources: Sources,
  known?: RunDefinition,
): Promise<RunResources> {
  const { seed, local } = settings;
  const base = await sources.resolveModel(settings.model);
  if (known !== undefined && known.model.sha256 !== base.sha256) throw otherModel(known, base);
  const wanted = known?.classes ?? settings.classes;
  const data = settings.data === null ? null : await sources.loadTestData(settings.data, wanted, base);
  const classes = wanted ?? data?.classes ?? [];
  const model = await openModel(folderFiles(base.folder), { classes: classes.length, seed });
  const { architecture } = model;
  const maxLength = Math.min(local.maxLength, architecture.maxTokens);
  const options = strategyOptions(settings);
  const strategy = createStrategy(settings.strategy, options);
  // Devices' texts are not known here: memory has to hold a batch of the longest.
  const tokens = padTokens(maxLength);
  const { batchSize } = local;
  const fitted = fitStrategy(strategy, model, { targets: settings.targets, batchSize, tokens, seed });
  return {
    definition: {
      settings,
      classes: [...classes],
      model: { id: base.id, sha256: base.sha256, blocks: architecture.blocks, hidden: architecture.hidden },
    },
    base,
    baseFiles: await listBaseFiles(base.folder),
    model,
    profile: fitted.profile,
    maxLength,
    targets: fitted.targets,
    strategy,
    strategyOptions: options,
    estimator: estimatorNamed(settings.estimator),
    test: data && tokenizeExamples(await loadTokenizer(folderFiles(base.folder)), data.examples, maxLength),
    testId: data?.id ?? null,
    initial: { global: fitted.initial },
  };
}

function otherModel({ model }: RunDefinition, base: BaseModel): InputError {
  return new InputError({
    code: 'run-model-changed',
    expected: `the model that the run began with, ${model.id} (sha256 ${model.sha256.slice(0, 12)}…)`,
    got: `sha256 ${base.sha256.slice(0, 12)}…`,
    where: base.folder,
    todo: 'Put that model back, or start a new run.',
  });
}
