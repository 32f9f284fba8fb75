import type { RoundRecord } from '../round-record.ts';
import { figuresOf, summarizeStrategy } from './summarize-strategy.ts';
import { REAL_FLEET, type Summary } from './summary.ts';

/** A run of real devices. */
export interface RealRun extends Pick<Summary, 'host' | 'model'> {
  readonly settings: Readonly<Record<string, unknown>> & {
    readonly strategy: string;
    readonly seed: number;
    readonly targetAccuracy: number | null;
  };
  /** What the strategy says of itself. */
  readonly method: object;
  readonly classes: readonly string[];
  /** The held-out examples; null where the devices evaluate. */
  readonly test: { readonly id: string; readonly examples: number } | null;
  readonly records: readonly RoundRecord[];
  /** Names of the enrolled devices, by id. */
  readonly deviceNames: ReadonlyMap<string, string>;
}

/**
 * The summary of a real run, in the format of simulations. Examples stay on the devices, so of the training data only
 * the number is known, as the devices that took part reported it.
 */
export function summarizeRealRun(run: RealRun): Summary {
  const { settings, method, host, model, classes, test, records, deviceNames } = run;
  const { strategy: name, targetAccuracy } = settings;
  const rounds = records.map(figuresOf);
  const [startedAt, endedAt] = [records[0]?.assignedAt, records.at(-1)?.closedAt];
  const hostSeconds = rounds.at(-1)?.virtualSeconds ?? 0;
  return {
    formatVersion: 1,
    kind: 'real',
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    config: { ...settings, fleet: REAL_FLEET, devices: deviceNames.size },
    host,
    model,
    data: {
      id: test?.id ?? 'data of the devices',
      train: countExamples(records),
      test: test?.examples ?? 0,
      classes: classes.length,
      classNames: classes,
      partition: { kind: 'natural' },
    },
    deviceNames: Object.fromEntries(deviceNames),
    strategies: [{ ...summarizeStrategy({ name, rounds, targetAccuracy, hostSeconds }), method }],
  };
}

/** Of every device that took part, what it reported last. */
function countExamples(records: readonly RoundRecord[]): number {
  const taken = records.flatMap(({ devices }) => devices.filter(({ dropped }) => dropped === undefined));
  const examples = new Map(taken.map((device) => [device.id, device.examples]));
  return [...examples.values()].reduce((sum, count) => sum + count, 0);
}
