import type { RunContext } from '../phases/run-context.ts';
import { openResources } from '../settings/run-resources.ts';
import { parseRunSettings, warnOf } from '../settings/run-settings.ts';
import { openRun } from './open-run.ts';
import type { RunDriver } from './run-driver.ts';
import type { RunTable } from './run-table.ts';

/**
 * Makes a run and starts it.
 * @param given settings as a run file has them
 * @throws InputError
 */
export async function createRun(given: unknown, runs: RunTable, context: RunContext): Promise<RunDriver> {
  const { store, sources, observer, now } = context;
  const settings = parseRunSettings(given, 'settings');
  const resources = await openResources(settings, sources);
  const run = {
    id: freeId(settings.name, (id) => runs.isTaken(id)),
    createdAt: now(),
    settings: resources.definition,
  };
  await store.runs.create(run);
  const driver = await openRun({ ...run, failure: null }, context, resources);
  runs.add(driver);
  observer.log({ level: 'info', run: run.id, device: null, text: `Run ${settings.name} is made.` });
  const warning = warnOf(settings);
  if (warning !== '') observer.log({ level: 'warning', run: run.id, device: null, text: warning });
  observer.runChanged(run.id);
  driver.start();
  return driver;
}

/** A run's name as an id that no other run has: it is part of addresses and of a folder's path. */
function freeId(name: string, isTaken: (id: string) => boolean): string {
  const bare = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  const stem = bare === '' ? 'run' : bare;
  for (let number = 1; ; number++) {
    const id = number === 1 ? stem : `${stem}-${number}`;
    if (!isTaken(id)) return id;
  }
}
