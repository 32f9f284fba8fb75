import { z } from 'zod';

/** The form of the values that a strategy's methods return. Objects keep keys that are not listed here. */

const count = z.int().nonnegative();
const figure = z.number().nonnegative();

export const descriptionSchema = z.strictObject({
  name: z.string().min(1),
  summary: z.string(),
  source: z.string(),
  options: z.record(z.string(), z.json()),
});

export const initialAdapterSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('lora'), ranks: z.array(count), alphas: z.array(z.number()) }),
  z.strictObject({ kind: z.literal('bottleneck'), widths: z.array(count) }),
]);

const factors = z.enum(['both', 'A', 'B']);

const devicePlanSchema = z.looseObject({
  id: z.string(),
  depth: count,
  ranks: z.array(count),
  trunk: z.enum(['base', 'global']),
  seconds: figure,
  memoryBytes: figure,
  bytesUp: figure,
  bytesDown: figure,
  received: z.enum(['both', 'A', 'B', 'head']).exactOptional(),
  training: z
    .strictObject({
      factors: factors.exactOptional(),
      tailPenalty: z.strictObject({ weight: figure, keptShare: figure.max(1) }).exactOptional(),
      quantizedBlocks: count.exactOptional(),
    })
    .exactOptional(),
});

export const planSchema = z.looseObject({
  round: count,
  strategy: z.string(),
  localSteps: count,
  targetSeconds: figure,
  roundSeconds: figure,
  waitingSeconds: figure,
  rankDistribution: z.array(count),
  devices: z.array(devicePlanSchema),
  excluded: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
});
