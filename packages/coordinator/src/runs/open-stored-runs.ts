import type { RunContext } from '../phases/run-context.ts';
import { openRun } from './open-run.ts';
import type { RunTable } from './run-table.ts';
import { setRunAside } from './set-aside-run.ts';

/** Opens every stored run; one that cannot be opened, e.g. because its model is gone, is set aside with the reason. */
export async function openStoredRuns(runs: RunTable, context: RunContext): Promise<void> {
  const { store, observer } = context;
  for (const stored of await store.runs.list()) {
    try {
      runs.add(await openRun(stored, context));
    } catch (error) {
      const run = await setRunAside(stored, error, store);
      runs.addSetAside(run);
      const text = `The run is set aside: ${run.reason}`;
      observer.log({ level: 'error', run: stored.id, device: null, text });
    }
  }
}
