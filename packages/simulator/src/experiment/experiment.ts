import { parseInput } from '@legend-fl/base';
import { placeBeside, readStructuredFile } from '@legend-fl/base/node';
import {
  boundsSchema,
  localKeys,
  localSchema,
  methodKeys,
  methodSchema,
  partitionRuleSchema,
  withoutRemovedOptions,
} from '@legend-fl/runs';
import { z } from 'zod';
import { attackSchema } from './attack.ts';

const count = z.int().positive();
/** Keys that a strategy's variant may set for itself. */
const variantKeys = {
  ...methodKeys,
  partition: partitionRuleSchema,
  /** Bounds of updates; null = none. With bounds all updates of a round are in memory at once. */
  bounds: boundsSchema.nullable().exactOptional(),
  /** Devices that lie; null = none. */
  attack: attackSchema.nullable().exactOptional(),
};

const variantSchema = z.strictObject({
  ...variantKeys,
  targets: variantKeys.targets.exactOptional(),
  estimator: variantKeys.estimator.exactOptional(),
  trunk: variantKeys.trunk.exactOptional(),
  trunkCache: variantKeys.trunkCache.exactOptional(),
  codec: variantKeys.codec.exactOptional(),
  partition: variantKeys.partition.exactOptional(),
  /** Its name in results. */
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
  ...methodSchema.shape,
  bounds: variantKeys.bounds,
  attack: variantKeys.attack,
  /** How examples are dealt to devices: iid, skewed by label (dirichlet), or by a key of the data (natural). */
  partition: partitionRuleSchema.prefault({ kind: 'iid' }),
  /** Folder, org/name[@rev] on the hub, or catalogue name. */
  model: z.string().default('minilm-l6'),
  /** File, data set on the hub, or catalogue name. */
  data: z.string().default('movie-reviews'),
  /** Fleet file or built-in name. */
  fleet: z.string().default('jetson-80'),
  /** null = as many as the fleet has, 20 of a built-in fleet; see `settleDevices`. */
  devices: count.nullable().default(null),
  /** Share of the present devices that takes part in a round. */
  participation: z.number().gt(0).lte(1).default(1),
  /** At most. */
  rounds: count.default(20),
  /** Every random choice follows from it. */
  seed: z.int().default(1),
  /** One run for each, in place of `seed`. */
  seeds: z.array(z.int()).min(1).exactOptional(),
  /** Names, paths of files that export a strategy, or variants that set keys for themselves. */
  strategies: z
    .array(z.union([z.string().min(1), variantSchema]))
    .min(1)
    .default(['legend', 'fedlora']),
  /** Number of examples, drawn by seed; null = all. Fewer training examples repeat sooner, fewer test examples are faster. */
  trainExamples: count.nullable().default(null),
  testExamples: count.nullable().default(null),
  /** Accuracy that times and traffic are compared at; null = none. */
  targetAccuracy: z.number().gt(0).lte(1).nullable().default(null),
  /** Whether a strategy's run ends with the first round that reaches the target; false = it runs all rounds. */
  stopAtTarget: z.boolean().default(true),
  /** How devices train between two aggregations. */
  local: localSchema.prefault({}),
});

export type Experiment = z.output<typeof experimentSchema>;
export type Variant = z.output<typeof variantSchema>;

/**
 * Checks an experiment and fills in its defaults.
 * @throws InputError naming the key
 */
export function parseExperiment(value: unknown, where: string): Experiment {
  const source = { code: 'experiment-invalid', where };
  return parseInput(experimentSchema, withoutRemovedOptions(value, source), source);
}

/**
 * Reads an experiment file, YAML or JSON, with `overrides` in place of its keys. Paths in the file are relative to its folder,
 * see `placeBeside`; paths in `overrides` are relative to the working directory.
 * @param path undefined for an experiment made of overrides alone
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

/** The keys of an experiment file, with paths resolved against the file's folder. */
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
