import { type RoundRecord, type Summary, summarizeRealRun } from '@legend-fl/runs';
import { describeHost } from '@legend-fl/runs/node';
import type { RunResources } from '../settings/run-resources.ts';
import type { StoredDevice } from '../store/store.ts';

/**
 * The summary of a run folder, as simulations write it.
 */
export function summarizeRun(
  { definition: { settings, classes, model }, testId, test, strategy }: RunResources,
  records: readonly RoundRecord[],
  { name, devices }: { readonly name: string; readonly devices: readonly StoredDevice[] },
): Summary {
  return summarizeRealRun({
    settings: { ...settings, name },
    method: strategy.describe(),
    host: describeHost(),
    model,
    classes,
    test: test === null || testId === null ? null : { id: testId, examples: test.labels.length },
    records,
    enrolled: devices.map(({ id, name, runtime }) => ({ id, name, runtime: runtime.kind })),
  });
}
