import { type RoundRecord, type Summary, summarizeRealRun } from '@legend-fl/runs';
import { describeHost } from '@legend-fl/runs/node';
import type { RunResources } from '../settings/run-resources.ts';
import type { StoredDevice } from '../store/store.ts';

/**
 * The summary of a run folder, as simulations write it.
 * @param devices those that are enrolled
 */
export function summarizeRun(
  { definition: { settings, classes, model }, testId, test, strategy }: RunResources,
  records: readonly RoundRecord[],
  devices: readonly Pick<StoredDevice, 'id' | 'name'>[],
): Summary {
  return summarizeRealRun({
    settings,
    method: strategy.describe(),
    host: describeHost(),
    model,
    classes,
    test: test === null || testId === null ? null : { id: testId, examples: test.labels.length },
    records,
    deviceNames: new Map(devices.map(({ id, name }) => [id, name])),
  });
}
