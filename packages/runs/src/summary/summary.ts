import { z } from 'zod';
import { partitionRuleSchema } from '../settings/partition-rule.ts';

/**
 * `summary.json` of a run folder. Objects keep keys that are not listed here, so that a run can add its own; listed keys
 * stay.
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
  /** Of all rounds together; real seconds in a real run. */
  virtualSeconds: figure,
  bytesUp: figure,
  bytesDown: figure,
  /** Mean over rounds of the round's waiting time. */
  meanWaitingSeconds: figure,
  /** Real seconds: those that the simulation took on the host, or those of all rounds of a real run. */
  hostSeconds: figure,
  /** For a strategy from a file: the file that its last rounds ran with. */
  strategyFile: z.looseObject({ path: z.string(), sha256: z.string() }).exactOptional(),
});

const hostSchema = z.looseObject({
  cpu: z.string(),
  cores: count,
  memoryBytes: count,
  os: z.string(),
  node: z.string(),
});

export const summarySchema = z.looseObject({
  formatVersion: z.literal(1),
  /** Whether time and devices are simulated or real. Summaries of earlier versions lack it, see `isRealRun`. */
  kind: z.enum(['simulated', 'real']).exactOptional(),
  /** Of a real run: when its first round began and its last round closed, in milliseconds since 1970. */
  startedAt: z.number().exactOptional(),
  endedAt: z.number().exactOptional(),
  /** What people call the devices of a real run, by id. */
  deviceNames: z.record(z.string(), z.string()).exactOptional(),
  /** All settings of the run; a report uses the keys listed here. */
  config: z.looseObject({
    seed: z.number().int(),
    fleet: z.string(),
    devices: count,
    /** Share of the present devices that takes part in a round. Summaries of earlier versions lack it. */
    participation: share.exactOptional(),
  }),
  host: hostSchema,
  /** Hash of the fleet's content. Summaries of earlier versions lack it, and the hash of the data. */
  fleet: z.looseObject({ sha256: z.string() }).exactOptional(),
  model: z.looseObject({ id: z.string(), sha256: z.string(), blocks: count, hidden: count }),
  data: z.looseObject({
    id: z.string(),
    /** Numbers of examples and of classes. */
    train: count,
    test: count,
    classes: count,
    /** Hash of the examples as they were read. */
    sha256: z.string().exactOptional(),
    partition: partitionRuleSchema,
  }),
  strategies: z.array(strategySummarySchema),
});

/** The fleet that a real run names, where a simulation names a fleet file. */
export const REAL_FLEET = 'devices of a federation';

/** Whether a run's devices and seconds were real. */
export function isRealRun({ kind, config }: Pick<Summary, 'kind' | 'config'>): boolean {
  return kind === undefined ? config.fleet === REAL_FLEET : kind === 'real';
}

export type Summary = z.output<typeof summarySchema>;
export type StrategySummary = z.output<typeof strategySummarySchema>;
export type Host = z.output<typeof hostSchema>;
