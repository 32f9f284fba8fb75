import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { RoundRecord } from '@legend-fl/runs';
import type { RunResources } from './run-resources.ts';

/** What is told of the fleet, where a simulation names the file of its own. */
const FLEET = 'devices of a federation';

/**
 * The summary of a run folder, as simulations write it. Examples stay on the devices, so of the training data only the
 * number is known, as the devices that took part have told it.
 * @param name what people call the run now
 * @param devices how many are enrolled
 */
export function summarizeRun(
  { definition, testId, test, strategy }: RunResources,
  records: readonly RoundRecord[],
  { name, devices }: { readonly name: string; readonly devices: number },
): object {
  const { settings, classes, model } = definition;
  const examples = new Map(
    records.flatMap((record) =>
      record.devices
        .filter(({ dropped }) => dropped === undefined)
        .map((device) => [device.id, device.examples]),
    ),
  );
  return {
    formatVersion: 1,
    config: { ...settings, name, fleet: FLEET, devices },
    host: {
      cpu: cpus()[0]?.model.trim() ?? process.arch,
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      os: `${platform()} ${release()}`,
      node: process.version,
    },
    model,
    data: {
      id: testId ?? 'data of the devices',
      train: sum([...examples.values()]),
      test: test?.labels.length ?? 0,
      classes: classes.length,
      classNames: classes,
      partition: { kind: 'natural' },
    },
    strategies: [
      {
        ...summarizeRounds(records, settings.targetAccuracy),
        name: settings.strategy,
        method: strategy.describe(),
      },
    ],
  };
}

/** Seconds are those of rounds, see `recordRound`. */
function summarizeRounds(records: readonly RoundRecord[], targetAccuracy: number | null) {
  const accuracies = records.flatMap(({ accuracy }) => accuracy ?? []);
  const reached =
    targetAccuracy === null
      ? -1
      : records.findIndex(({ accuracy }) => accuracy !== null && accuracy >= targetAccuracy);
  const untilTarget = records.slice(0, reached + 1);
  const bytesUp = sum(records.map((record) => record.bytesUp));
  const bytesDown = sum(records.map((record) => record.bytesDown));
  const seconds = records.at(-1)?.virtualSeconds ?? 0;
  return {
    rounds: records.length,
    finalAccuracy: accuracies.at(-1) ?? null,
    bestAccuracy: accuracies.length === 0 ? null : accuracies.reduce((one, other) => Math.max(one, other)),
    targetAccuracy,
    secondsToTarget: untilTarget.at(-1)?.virtualSeconds ?? null,
    bytesToTarget:
      reached === -1 ? null : sum(untilTarget.map((record) => record.bytesUp + record.bytesDown)),
    virtualSeconds: seconds,
    bytesUp,
    bytesDown,
    meanWaitingSeconds:
      records.length === 0 ? 0 : sum(records.map(({ waitingSeconds }) => waitingSeconds)) / records.length,
    hostSeconds: seconds,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
