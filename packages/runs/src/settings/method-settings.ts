import type { StrategyOptions } from '@legend-fl/method';
import { z } from 'zod';
import { codecSchema } from './codec-settings.ts';
import { trunkCacheSchema, trunkSchema } from './trunk-settings.ts';

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

/** What a strategy plans and exchanges rounds with, key by key. Those that are optional are left to the strategy. */
export const methodKeys = {
  /** Linear maps that carry LoRA; null = the architecture's query and value. */
  targets: z.array(z.string()).min(1).nullable(),
  /** Rank distribution; each strategy fits it to its method. */
  ranks: rankOptions.exactOptional(),
  /** LEGEND's: how depths are chosen. */
  planner: z.enum(['greedy', 'optimal', 'full']).exactOptional(),
  deadline: z.enum(['shared', 'fastest', 'trimmed']).exactOptional(),
  stragglers: z.enum(['wait', 'leave']).exactOptional(),
  rankSharing: z.enum(['shared', 'per-device']).exactOptional(),
  estimator: z.enum(['moving-average', 'last-value', 'oracle']),
  trunk: trunkSchema,
  trunkCache: trunkCacheSchema.nullable(),
  codec: codecSchema,
};

/** All of it, with the default of each key. */
export const methodSchema = z.strictObject({
  ...methodKeys,
  targets: methodKeys.targets.default(null),
  estimator: methodKeys.estimator.default('moving-average'),
  trunk: methodKeys.trunk.prefault('base'),
  trunkCache: methodKeys.trunkCache.default(null),
  codec: methodKeys.codec.prefault('f32'),
});

export type MethodSettings = z.output<typeof methodSchema>;

/** What of it the strategy itself is made with. */
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
