import { type RoundRecord, type Summary, summarizeStrategy } from '@legend-fl/runs';
import { describeHost } from '@legend-fl/runs/node';
import type { RunResources } from '../settings/run-resources.ts';

/** What is told of the fleet, where a simulation names the file of its own. */
const FLEET = 'devices of a federation';

/**
 * The summary of a run folder, as simulations write it. Examples stay on the devices, so of the training data only the
 * number is known, as the devices that took part have told it. Seconds are those of rounds, see `recordRound`.
 * @param devices how many are enrolled
 */
export function summarizeRun(
  { definition, testId, test, strategy }: RunResources,
  records: readonly RoundRecord[],
  devices: number,
): Summary {
  const { settings, classes, model } = definition;
  const examples = new Map(
    records.flatMap((record) =>
      record.devices
        .filter(({ dropped }) => dropped === undefined)
        .map((device) => [device.id, device.examples]),
    ),
  );
  const last = records.at(-1);
  const figures = summarizeStrategy({
    name: settings.strategy,
    rounds: records,
    targetAccuracy: settings.targetAccuracy,
    hostSeconds: last === undefined ? 0 : last.virtualSeconds,
  });
  return {
    formatVersion: 1,
    config: { ...settings, fleet: FLEET, devices },
    host: describeHost(),
    model,
    data: {
      id: testId ?? 'data of the devices',
      train: [...examples.values()].reduce((sum, count) => sum + count, 0),
      test: test === null ? 0 : test.labels.length,
      classes: classes.length,
      classNames: classes,
      partition: { kind: 'natural' },
    },
    strategies: [{ ...figures, method: strategy.describe() }],
  };
}
