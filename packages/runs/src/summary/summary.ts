import { z } from 'zod';
import { partitionRuleSchema } from '../settings/partition-rule.ts';

/**
 * `summary.json` of a run folder. Objects keep keys that are not listed here, so that an experiment can add what it
 * likes; what is listed stays.
 */

const figure = z.number();
const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

const strategySummarySchema = z.looseObject({
  name: z.string().min(1),
  /** Rounds done. */
  rounds: count,
  /** Of the last evaluated round; null before the first. */
  finalAccuracy: share.nullable(),
  bestAccuracy: share.nullable(),
  targetAccuracy: share.nullable(),
  /** Virtual seconds at the end of the first round that reaches the target; null where none does. */
  secondsToTarget: figure.nullable(),
  /** Bytes sent up and down until then. */
  bytesToTarget: figure.nullable(),
  /** Of all rounds together. */
  virtualSeconds: figure,
  bytesUp: figure,
  bytesDown: figure,
  /** Mean over rounds of the round's waiting time. */
  meanWaitingSeconds: figure,
  /** Real seconds that the simulation took on the host. */
  hostSeconds: figure,
  /** For a strategy from a file: the file that its last rounds were run with. */
  strategyFile: z.looseObject({ path: z.string(), sha256: z.string() }).exactOptional(),
});

const hostSchema = z.looseObject({
  cpu: z.string(),
  cores: count,
  memoryBytes: count,
  os: z.string(),
  node: z.string(),
});

const federationSchema = z.looseObject({
  devices: z.array(z.looseObject({ id: z.string(), name: z.string(), runtime: z.enum(['node', 'browser']) })),
});

export const summarySchema = z.looseObject({
  formatVersion: z.literal(1),
  /** The experiment as it was run, from which a report names these. */
  config: z.looseObject({
    seed: z.number().int(),
    fleet: z.string(),
    devices: count,
    /** Share of the devices there that is called in a round. Summaries of earlier versions lack it. */
    participation: share.exactOptional(),
  }),
  /** Of a run of real devices: those that are enrolled. Simulations, and coordinators of earlier versions, lack it. */
  federation: federationSchema.exactOptional(),
  host: hostSchema,
  /** Of the fleet's content. Summaries of earlier versions lack it, and that of data. */
  fleet: z.looseObject({ sha256: z.string() }).exactOptional(),
  model: z.looseObject({ id: z.string(), sha256: z.string(), blocks: count, hidden: count }),
  data: z.looseObject({
    id: z.string(),
    /** Numbers of examples and of classes. */
    train: count,
    test: count,
    classes: count,
    /** Of the examples as they were read. */
    sha256: z.string().exactOptional(),
    partition: partitionRuleSchema,
  }),
  strategies: z.array(strategySummarySchema),
});

export type Summary = z.output<typeof summarySchema>;
export type StrategySummary = z.output<typeof strategySummarySchema>;
export type Host = z.output<typeof hostSchema>;
