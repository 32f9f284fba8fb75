import { estimatorNamed, startRounds } from '@legend-fl/method';
import type { RunContext } from '../phases/run-context.ts';
import { hashOf } from './run-blobs.ts';
import { RunDriver } from './run-driver.ts';
import { RunProgress } from '../log/run-progress.ts';
import { openResources, parseDefinition, type RunResources } from '../settings/run-resources.ts';
import { roundSettingsOf } from '../settings/run-settings.ts';
import { encodeRunTensors } from '../settings/run-tensors.ts';
import type { StoredRun } from '../store/store.ts';
import { readSnapshot } from '../log/stored-snapshot.ts';

/**
 * A run as it is stored, ready to go on.
 * @param known resources of a run that was just made
 * @throws InputError where it was stored by another version, or its model or data cannot be opened any more
 */
export async function openRun(
  stored: StoredRun,
  context: RunContext,
  known?: RunResources,
): Promise<RunDriver> {
  const { id } = stored;
  const { store, sources, registry } = context;
  const definition = parseDefinition(stored.settings, `run ${id}`);
  const { settings, classes, model } = definition;
  const [{ snapshot: saved, events }, rounds] = await Promise.all([
    store.runs.loadProgress(id),
    store.runs.listRounds(id),
  ]);
  const snapshot = saved && readSnapshot(saved, id);
  const over = snapshot?.state.phase === 'finished' || stored.failure !== null;
  const resources = over ? undefined : (known ?? (await openResources(settings, sources, definition)));
  const first = snapshot === null && resources ? encodeRunTensors(resources.initial) : undefined;
  const progress = new RunProgress(snapshot, rounds, {
    run: id,
    blocks: model.blocks,
    estimator: estimatorNamed(settings.estimator),
    kindOf: (device) => registry.find(device)?.runtime.kind ?? 'device',
    initial: {
      state: startRounds(roundSettingsOf(settings)).state,
      globalSha256: first === undefined ? '' : hashOf(first),
    },
    blindGuess: { accuracy: 0, loss: Math.log(classes.length) },
  });
  const due = progress.resume(events);
  return new RunDriver({ stored, definition, progress, resources, first, due, context });
}
