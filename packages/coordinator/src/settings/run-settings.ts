import { InputError, parseInput } from '@legend-fl/base';
import { type Plan, type RoundSettings, robustRoundSeconds, strategyNames } from '@legend-fl/method';
import { displayName } from '@legend-fl/protocol';
import { boundsSchema, localSchema, methodKeys, methodSchema, withoutRemovedOptions } from '@legend-fl/runs';
import { z } from 'zod';

/** With three, a device that subtracts its own update is left with the sum of two others. */
export const SAFE_COHORT = 3;

const count = z.int().positive();
const share = z.number().gt(0).lte(1);

/**
 * A run file: everything that decides how a run goes. Keys of strategy, local training and messages are those of
 * experiment files. Files may leave out any key; what comes out passes through the schema unchanged.
 */
export const runSettingsSchema = z.strictObject({
  ...methodSchema.shape,
  /** The oracle of simulations knows capacities in advance, which nobody does here. */
  estimator: z.enum(['moving-average', 'last-value']).default('moving-average'),
  /** LEGEND's: in a simulation nobody lies about speed, here somebody may. */
  deadline: methodKeys.deadline.default('trimmed'),
  /** What people call the run. */
  name: displayName.default('run'),
  /** Folder, org/name[@rev] on the hub, or catalogue name. */
  model: z.string().min(1).default('minilm-l6'),
  /** Held-out examples, of data with parts the `test` part; null: the devices evaluate, and `classes` are given. */
  data: z.string().min(1).nullable().default(null),
  /** Names of the classes, in order; null: those of `data`. */
  classes: z.array(z.string().min(1)).min(2).nullable().default(null),
  /** A built-in strategy. */
  strategy: z.enum(strategyNames).default('legend'),
  /** At most. */
  rounds: count.default(20),
  /** Accuracy that the run is after; null = none. */
  targetAccuracy: share.nullable().default(null),
  /** Ends the run with the first round that reaches the target; false = all rounds in any case. */
  stopAtTarget: z.boolean().default(true),
  /** A round is planned once so many devices are there; never fewer than `minimumUpdates` and `minimumCohort`. */
  minimumDevices: count.default(1),
  /** Seconds that further devices have to turn up in, once enough are there: after a start, not in every round. */
  gatherSeconds: z.number().nonnegative().default(5),
  /** So many of the devices that are there take part, drawn anew every round; null = all. */
  devicesPerRound: count.nullable().default(null),
  /** Updates that close a round: a number, or a share of the devices assigned. Fewer than all is over-selection. */
  needed: z.union([z.strictObject({ share }), z.strictObject({ count })]).default({ share: 1 }),
  /** A round that closes with fewer is repeated; never fewer than `minimumCohort`. */
  minimumUpdates: count.default(1),
  /** Devices whose updates are summed, in a round and in each block: with fewer than 3 one can infer another's. */
  minimumCohort: count.default(SAFE_COHORT),
  /** Times that a round is tried before the run is given up. */
  maximumAttempts: count.default(100),
  /** Not `deadline`, which is LEGEND's. A round closes after min(factor · planned seconds + graceSeconds, maximumSeconds). */
  roundDeadline: z
    .strictObject({
      factor: z.number().positive().default(2),
      graceSeconds: z.number().nonnegative().default(30),
      maximumSeconds: z.number().positive().default(3600),
      /** Planned seconds count up to so many times their median over the devices; null: the slowest device's count. */
      spread: z.number().min(1).nullable().default(4),
    })
    .prefault({}),
  /** A round whose loss is above so many times the last one, or a blind guess's, is not kept. */
  maximumLossRise: z.number().gt(1).default(2),
  /** Bounds of what one update may change; null: none. */
  bounds: boundsSchema.nullable().prefault({}),
  /** Who scores the global adapter; null = the coordinator where there is `data`, else the devices. */
  evaluate: z.enum(['coordinator', 'devices', 'both']).nullable().default(null),
  /** How devices train between two aggregations. */
  local: localSchema.prefault({}),
  /** Every random choice of the coordinator follows from it. */
  seed: z.int().default(1),
});

export type RunSettings = z.output<typeof runSettingsSchema>;
export type Evaluators = NonNullable<RunSettings['evaluate']>;

/**
 * Checks the settings of a run and fills in what they leave out.
 * @throws InputError naming the key
 */
export function parseRunSettings(value: unknown, where: string): RunSettings {
  const source = { code: 'run-settings-invalid', where };
  const settings = parseInput(runSettingsSchema, withoutRemovedOptions(value, source), source);
  const { data, classes, evaluate, devicesPerRound } = settings;
  const fewest = neededUpdates(settings);
  if (data === null && classes === null) {
    const todo = 'Name held-out data (data: FILE), or the classes (classes: [negative, positive]).';
    throw invalid(`${where}: classes`, 'the names of the classes where data is null', 'null', todo);
  }
  if (data === null && evaluate !== null && evaluate !== 'devices') {
    const todo = 'Name held-out data (data: FILE), or let the devices evaluate (evaluate: devices).';
    throw invalid(`${where}: evaluate`, 'devices, as data is null', evaluate, todo);
  }
  if (new Set(classes).size !== (classes ?? []).length) {
    throw invalid(`${where}: classes`, 'names that differ', (classes ?? []).join(', '), 'Correct them.');
  }
  if (devicesPerRound !== null && devicesPerRound < fewest) {
    const expected = `at least minimumUpdates and minimumCohort, ${fewest}`;
    throw invalid(`${where}: devicesPerRound`, expected, String(devicesPerRound), 'Correct one of them.');
  }
  return settings;
}

/** Who scores the global adapter. */
export function evaluatorsOf({ evaluate, data }: RunSettings): Evaluators {
  return evaluate ?? (data === null ? 'devices' : 'coordinator');
}

/** Updates without which a round is repeated. */
export function neededUpdates({
  minimumUpdates,
  minimumCohort,
}: Pick<RunSettings, 'minimumUpdates' | 'minimumCohort'>): number {
  return Math.max(minimumUpdates, minimumCohort);
}

/** What of them the round reducer goes by. */
export function roundSettingsOf(settings: RunSettings): RoundSettings {
  const { rounds, targetAccuracy, stopAtTarget, needed, maximumAttempts } = settings;
  return {
    rounds,
    ...(targetAccuracy !== null && stopAtTarget && { targetAccuracy }),
    minimumUpdates: neededUpdates(settings),
    needed,
    maximumAttempts,
  };
}

/** Seconds after which a round closes at the latest. */
export function deadlineSeconds({ roundDeadline }: Pick<RunSettings, 'roundDeadline'>, plan: Plan): number {
  const { factor, graceSeconds, maximumSeconds, spread } = roundDeadline;
  const plannedSeconds = spread === null ? plan.roundSeconds : robustRoundSeconds(plan, spread);
  return Math.min(factor * plannedSeconds + graceSeconds, maximumSeconds);
}

/** What an operator should know of the settings; empty where nothing is to be said. */
export function warnOf({ minimumCohort, bounds }: RunSettings): string {
  return [
    minimumCohort < SAFE_COHORT &&
      `A round may sum the updates of ${minimumCohort === 1 ? 'a single device' : `${minimumCohort} devices`} (minimumCohort): a device can then infer what another has sent.`,
    bounds === null && 'Updates are added without bounds (bounds: null): one device can spoil the run.',
  ]
    .filter((sentence) => sentence !== false)
    .join(' ');
}

function invalid(where: string, expected: string, got: string, todo: string): InputError {
  return new InputError({ code: 'run-settings-invalid', expected, got, where, todo });
}
