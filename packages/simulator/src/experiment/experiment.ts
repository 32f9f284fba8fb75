import { z } from 'zod';
import { parseInput } from '../input/parse-input.ts';
import { readStructuredFile } from '../input/read-structured-file.ts';
import { partitionRuleSchema } from '../partition/partition-rule.ts';

const count = z.int().positive();
const rankOptions = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['increasing', 'uniform', 'decreasing']),
    min: count.exactOptional(),
    max: count.exactOptional(),
    total: count.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('custom'), values: z.array(count).min(1) }),
]);

/** How devices train between two aggregations. */
const localSchema = z.strictObject({
  /** τ, optimizer steps per round. */
  steps: count.default(8),
  batchSize: count.default(8),
  /** Longer texts are cut to this many tokens. */
  maxLength: count.default(64),
  optimizer: z.enum(['adamw', 'sgd']).default('adamw'),
  learningRate: z.number().positive().default(2e-3),
  weightDecay: z.number().nonnegative().default(0.01),
  /** 0 = no clipping. */
  maxGradNorm: z.number().nonnegative().default(1),
  /** Rounds over which the learning rate rises; from then on it is constant. */
  warmupRounds: z.int().nonnegative().default(0),
});

/** An experiment: everything that decides its result. Files may leave out any key. */
export const experimentSchema = z.strictObject({
  model: z.string().default('minilm-l6'),
  data: z.string().default('movie-reviews'),
  fleet: z.string().default('jetson-80'),
  /** null = as many as the fleet has, of a built-in fleet 20; see `settleDevices`. */
  devices: count.nullable().default(null),
  rounds: count.default(20),
  seed: z.int().default(1),
  strategies: z
    .array(z.string())
    .min(1)
    .refine((names) => new Set(names).size === names.length, { error: 'every strategy once' })
    .default(['legend', 'fedlora']),
  /** The run of a strategy ends with the first round that reaches it; null = run all rounds. */
  targetAccuracy: z.number().gt(0).lte(1).nullable().default(null),
  partition: partitionRuleSchema.default({ kind: 'iid' }),
  /** Linear maps that carry LoRA; null = the architecture's query and value. */
  targets: z.array(z.string()).min(1).nullable().default(null),
  /** Rank distribution; each strategy fits it to its method. */
  ranks: rankOptions.exactOptional(),
  /** ε, bound on the predicted waiting time, seconds. */
  waitingBound: z.number().nonnegative().exactOptional(),
  estimator: z.enum(['moving-average', 'last-value', 'oracle']).default('moving-average'),
  /** What a device computes below its depth: base weights, or with the global adapter applied. */
  trunk: z.enum(['base', 'global']).default('base'),
  local: localSchema.prefault({}),
});

export type Experiment = z.output<typeof experimentSchema>;

/**
 * Checks an experiment and fills in what it leaves out.
 * @throws InputError naming the key
 */
export function parseExperiment(value: unknown, where: string): Experiment {
  return parseInput(experimentSchema, value, { code: 'experiment-invalid', where });
}

/**
 * Reads an experiment file, YAML or JSON; `overrides` win over it.
 * @param path undefined for an experiment of overrides alone
 */
export async function loadExperiment(
  path: string | undefined,
  overrides: Readonly<Record<string, unknown>>,
): Promise<Experiment> {
  const given = path === undefined ? {} : await readStructuredFile(path);
  const base = parseInput(z.record(z.string(), z.unknown()), given ?? {}, {
    code: 'experiment-invalid',
    where: path ?? 'options',
  });
  return parseExperiment({ ...base, ...overrides }, path ?? 'options');
}
