import type { StrategyOptions } from '@legend-fl/method';
import { z } from 'zod';
import { codecSchema } from './codec-settings.ts';
import { trunkCacheSchema, trunkSchema } from './trunk-settings.ts';

const count = z.int().positive();
/** In custom ranks, 0 means that a block carries no LoRA. */
const rankOptions = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['increasing', 'uniform', 'decreasing']),
    min: count.exactOptional(),
    max: count.exactOptional(),
    total: count.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('custom'), values: z.array(z.int().nonnegative()).min(1) }),
]);

/** Settings of planning and messages, key by key. The strategy chooses the optional ones that are left out. */
export const methodKeys = {
  /** Linear maps that carry LoRA; null = the architecture's query and value. */
  targets: z.array(z.string()).min(1).nullable(),
  /** Rank distribution; each strategy fits it to its method. */
  ranks: rankOptions.exactOptional(),
  /** LEGEND's: how depths are chosen. */
  planner: z.enum(['greedy', 'optimal', 'full']).exactOptional(),
  /** LEGEND's, and FedQuad's: which deadline depths are fitted to. */
  deadline: z.enum(['shared', 'fastest', 'trimmed']).exactOptional(),
  /** LEGEND's optimal planner: whether devices that are late even at depth 1 are waited for. */
  stragglers: z.enum(['wait', 'leave']).exactOptional(),
  /** LEGEND's: one rank distribution for all devices, or one over each device's own blocks. */
  rankSharing: z.enum(['shared', 'per-device']).exactOptional(),
  /** How capacities are estimated from what devices report. */
  estimator: z.enum(['moving-average', 'last-value', 'oracle']),
  /** What a device computes below its depth: the base alone, or the global adapter's lower blocks too. */
  trunk: trunkSchema,
  /** Keeps the trunk's activations on the device; null = computes them anew every time. */
  trunkCache: trunkCacheSchema.nullable(),
  /** How the values of messages are encoded, in both directions or in each. */
  codec: codecSchema,
};

/** All keys with their defaults. */
export const methodSchema = z.strictObject({
  ...methodKeys,
  targets: methodKeys.targets.default(null),
  estimator: methodKeys.estimator.default('moving-average'),
  trunk: methodKeys.trunk.prefault('base'),
  trunkCache: methodKeys.trunkCache.default(null),
  codec: methodKeys.codec.prefault('f32'),
});

export type MethodSettings = z.output<typeof methodSchema>;

/** The options that the strategy itself is made with. */
export function strategyOptions({
  ranks,
  planner,
  deadline,
  stragglers,
  rankSharing,
}: Pick<MethodSettings, 'ranks' | 'planner' | 'deadline' | 'stragglers' | 'rankSharing'>): StrategyOptions {
  return {
    ...(ranks && { ranks }),
    ...(planner && { planner }),
    ...(deadline && { deadline }),
    ...(stragglers && { stragglers }),
    ...(rankSharing && { rankSharing }),
  };
}
