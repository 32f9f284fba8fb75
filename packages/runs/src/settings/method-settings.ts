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
  /** LEGEND's: how depths are chosen, `waitingBound` = ε in seconds. */
  planner: z.enum(['greedy', 'optimal', 'full']).exactOptional(),
  deadline: z.enum(['shared', 'fastest', 'trimmed']).exactOptional(),
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
  importance,
  trafficPrice,
  rankSharing,
  waitingBound,
  serverMomentum,
}: Pick<
  MethodSettings,
  | 'ranks'
  | 'planner'
  | 'deadline'
  | 'stragglers'
  | 'importance'
  | 'trafficPrice'
  | 'rankSharing'
  | 'waitingBound'
  | 'serverMomentum'
>): StrategyOptions {
  return {
    ...(ranks && { ranks }),
    ...(planner && { planner }),
    ...(deadline && { deadline }),
    ...(stragglers && { stragglers }),
    ...(importance && { importance }),
    ...(trafficPrice !== undefined && { trafficPrice }),
    ...(rankSharing && { rankSharing }),
    ...(waitingBound !== undefined && { waitingBoundSeconds: waitingBound }),
    ...(serverMomentum !== undefined && { serverMomentum }),
  };
}
