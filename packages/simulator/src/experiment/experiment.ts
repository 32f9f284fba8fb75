import { codecNames } from '@legend/wire';
import { z } from 'zod';
import { parseInput } from '../input/parse-input.ts';
import { placeBeside } from '../input/place-beside.ts';
import { readStructuredFile } from '../input/read-structured-file.ts';
import { partitionRuleSchema } from '../partition/partition-rule.ts';

const count = z.int().positive();
/** 0 in custom ranks: a block that carries no LoRA. */
const rankOptions = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['increasing', 'uniform', 'decreasing']),
    min: count.exactOptional(),
    max: count.exactOptional(),
    total: count.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('custom'), values: z.array(z.int().nonnegative()).min(1) }),
]);

/** How devices train between two aggregations. */
const localKeys = {
  /** τ, optimizer steps per round. */
  steps: count,
  batchSize: count,
  /** Longer texts are cut to this many tokens. */
  maxLength: count,
  optimizer: z.enum(['adamw', 'sgd']),
  learningRate: z.number().positive(),
  weightDecay: z.number().nonnegative(),
  /** 0 = no clipping. */
  maxGradNorm: z.number().nonnegative(),
  /** Rounds over which the learning rate rises. */
  warmupRounds: z.int().nonnegative(),
  /** From then on the rate stays, or falls linearly to 0 at the end of the last round. */
  schedule: z.enum(['constant', 'linear']),
};
const localSchema = z.strictObject({
  steps: localKeys.steps.default(8),
  batchSize: localKeys.batchSize.default(8),
  maxLength: localKeys.maxLength.default(64),
  optimizer: localKeys.optimizer.default('adamw'),
  learningRate: localKeys.learningRate.default(2e-3),
  weightDecay: localKeys.weightDecay.default(0.01),
  maxGradNorm: localKeys.maxGradNorm.default(1),
  warmupRounds: localKeys.warmupRounds.default(0),
  schedule: localKeys.schedule.default('constant'),
});

const codecName = z.enum(codecNames);
/**
 * How the values of messages are encoded, in each direction; one name stands for both. Float32 updates are the trained
 * values themselves, so they would carry the rounding of a coarser message down into the global adapter.
 */
const codecSchema = z
  .union([
    codecName,
    z
      .strictObject({ up: codecName, down: codecName })
      .refine(({ up, down }) => up !== 'f32' || down === 'f32', {
        error: 'with up: f32, down: f32 too',
      }),
  ])
  .transform((codec) => (typeof codec === 'string' ? { up: codec, down: codec } : codec));

/**
 * What a device computes below its depth: the base weights, or with the global adapter's lower blocks applied, those
 * of `refreshRounds` rounds ago at most (1: always the present ones). A name alone stands for no more than that.
 */
const trunkSchema = z
  .union([
    z.enum(['base', 'global']),
    z.strictObject({ kind: z.enum(['base', 'global']), refreshRounds: count.default(1) }),
  ])
  .transform((trunk) => (typeof trunk === 'string' ? { kind: trunk, refreshRounds: 1 } : trunk));

/** A device keeps the trunk's activations of its examples, as many as fit. */
const trunkCacheSchema = z.strictObject({
  /** Decimal megabytes on every device. */
  megabytes: z.number().positive().default(256),
  /** Element type; f16 halves what an example takes. */
  type: z.enum(['f32', 'f16']).default('f32'),
});

/** Keys that a strategy's variant may set for itself. Those without a default are left to the strategy. */
const methodKeys = {
  /** Linear maps that carry LoRA; null = the architecture's query and value. */
  targets: z.array(z.string()).min(1).nullable(),
  /** Rank distribution; each strategy fits it to its method. */
  ranks: rankOptions.exactOptional(),
  /** LEGEND's: how depths are chosen, `waitingBound` = ε in seconds. */
  planner: z.enum(['greedy', 'optimal', 'full']).exactOptional(),
  deadline: z.enum(['shared', 'fastest']).exactOptional(),
  stragglers: z.enum(['wait', 'leave']).exactOptional(),
  importance: z.enum(['learned', 'ranks']).exactOptional(),
  /** Seconds per megabyte of a device's traffic, in the optimal planner's objective. */
  trafficPrice: z.number().nonnegative().exactOptional(),
  rankSharing: z.enum(['shared', 'per-device']).exactOptional(),
  waitingBound: z.number().nonnegative().exactOptional(),
  /** Momentum of the global adapter, of legend, fedlora and fedquad. */
  serverMomentum: z.number().nonnegative().lt(1).exactOptional(),
  estimator: z.enum(['moving-average', 'last-value', 'oracle']),
  trunk: trunkSchema,
  trunkCache: trunkCacheSchema.nullable(),
  codec: codecSchema,
  partition: partitionRuleSchema,
};

const variantSchema = z.strictObject({
  ...methodKeys,
  targets: methodKeys.targets.exactOptional(),
  estimator: methodKeys.estimator.exactOptional(),
  trunk: methodKeys.trunk.exactOptional(),
  trunkCache: methodKeys.trunkCache.exactOptional(),
  codec: methodKeys.codec.exactOptional(),
  partition: methodKeys.partition.exactOptional(),
  /** What it is called in results. */
  name: z.string().min(1),
  /** A strategy's name, or the path of a file that exports one, see `loadStrategy`. */
  strategy: z.string().min(1),
  local: z
    .strictObject({
      steps: localKeys.steps.exactOptional(),
      batchSize: localKeys.batchSize.exactOptional(),
      optimizer: localKeys.optimizer.exactOptional(),
      learningRate: localKeys.learningRate.exactOptional(),
      weightDecay: localKeys.weightDecay.exactOptional(),
      maxGradNorm: localKeys.maxGradNorm.exactOptional(),
      warmupRounds: localKeys.warmupRounds.exactOptional(),
      schedule: localKeys.schedule.exactOptional(),
    })
    .exactOptional(),
});

/** An experiment: everything that decides its result. Files may leave out any key. */
export const experimentSchema = z.strictObject({
  ...methodKeys,
  targets: methodKeys.targets.default(null),
  estimator: methodKeys.estimator.default('moving-average'),
  trunk: methodKeys.trunk.prefault('base'),
  trunkCache: methodKeys.trunkCache.default(null),
  codec: methodKeys.codec.prefault('f32'),
  partition: methodKeys.partition.prefault({ kind: 'iid' }),
  model: z.string().default('minilm-l6'),
  data: z.string().default('movie-reviews'),
  fleet: z.string().default('jetson-80'),
  /** null = as many as the fleet has, of a built-in fleet 20; see `settleDevices`. */
  devices: count.nullable().default(null),
  /** Share of the devices there that takes part in a round. */
  participation: z.number().gt(0).lte(1).default(1),
  rounds: count.default(20),
  seed: z.int().default(1),
  /** One run for each, in place of `seed`. */
  seeds: z.array(z.int()).min(1).exactOptional(),
  /** Names, paths of files that export a strategy, or variants that set keys for themselves. */
  strategies: z
    .array(z.union([z.string().min(1), variantSchema]))
    .min(1)
    .default(['legend', 'fedlora']),
  /** So many of the examples, drawn by seed; null = all. Fewer to train on are drawn more often, fewer to test faster. */
  trainExamples: count.nullable().default(null),
  testExamples: count.nullable().default(null),
  targetAccuracy: z.number().gt(0).lte(1).nullable().default(null),
  /** Ends a strategy's run with the first round that reaches the target; false = all rounds in any case. */
  stopAtTarget: z.boolean().default(true),
  local: localSchema.prefault({}),
});

export type Experiment = z.output<typeof experimentSchema>;
export type Variant = z.output<typeof variantSchema>;

/**
 * Checks an experiment and fills in what it leaves out.
 * @throws InputError naming the key
 */
export function parseExperiment(value: unknown, where: string): Experiment {
  return parseInput(experimentSchema, value, { code: 'experiment-invalid', where });
}

/**
 * Reads an experiment file, YAML or JSON; `overrides` win over it. Paths in the file are relative to its folder, see
 * `placeBeside`; those in `overrides` to the working directory.
 * @param path undefined for an experiment of overrides alone
 */
export async function loadExperiment(
  path: string | undefined,
  overrides: Readonly<Record<string, unknown>>,
): Promise<Experiment> {
  if (path === undefined) return parseExperiment(overrides, 'options');
  const given = parseInput(z.record(z.string(), z.unknown()), (await readStructuredFile(path)) ?? {}, {
    code: 'experiment-invalid',
    where: path,
  });
  return parseExperiment({ ...placePaths(given, path), ...overrides }, path);
}

/** The keys of an experiment file with what they say of paths placed beside the file; anything else as it is. */
function placePaths(given: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> {
  const place = (value: unknown) => (typeof value === 'string' ? placeBeside(path, value) : value);
  const placeStrategy = (entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'strategy' in entry
      ? { ...entry, strategy: place(entry.strategy) }
      : place(entry);
  const placed: Record<string, unknown> = { ...given };
  for (const key of ['model', 'data', 'fleet']) if (key in given) placed[key] = place(given[key]);
  if (Array.isArray(given.strategies)) placed.strategies = given.strategies.map(placeStrategy);
  return placed;
}
