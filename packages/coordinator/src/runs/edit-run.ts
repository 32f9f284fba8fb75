import type { RunContext } from '../phases/run-context.ts';
import { Refusal } from '../refusals/refusal.ts';
import { openResources, type RunResources } from '../settings/run-resources.ts';
import { parseRunSettings, type RunSettings } from '../settings/run-settings.ts';
import { openRun } from './open-run.ts';
import type { RunDriver } from './run-driver.ts';
import type { RunTable } from './run-table.ts';

/** Settings that differ from the defaults, as a run file has them. */
export function settingsToShow(settings: RunSettings): Record<string, unknown> {
  const defaults: Readonly<Record<string, unknown>> = parseRunSettings(
    { classes: ['one', 'other'] },
    'defaults',
  );
  const differs = ([key, value]: readonly [string, unknown]) =>
    key === 'classes' ? value !== null : JSON.stringify(value) !== JSON.stringify(defaults[key]);
  return Object.fromEntries(Object.entries(settings).filter(differs));
}

/**
 * Gives a run that has not begun other settings, opens it anew with them and starts it.
 * @param given as a run file has them
 * @throws InputError; Refusal `run-conflict` where the run has begun, or its devices have prepared for something else
 */
export async function editRun(
  driver: RunDriver,
  given: unknown,
  runs: RunTable,
  context: RunContext,
): Promise<RunDriver> {
  const { id, createdAt, name, isPaused: paused, baseline, definition } = driver;
  const { observer } = context;
  const resources = await prepareEdit(driver, given, context);
  const stored = { id, createdAt, name, paused, baseline, settings: definition, failure: null };
  const edited = await runs.reopen({ stored, reason: 'its settings are being changed.', blobs: null }, () =>
    reopenEdited(driver, resources, context),
  );
  edited.start();
  observer.log({ level: 'info', run: id, device: null, text: 'The settings of the run are changed.' });
  observer.runChanged(id);
  return edited;
}

/**
 * What a run that has not begun would work with under other settings. Changes nothing.
 * @param given as a run file has them
 * @throws InputError; Refusal `run-conflict` where the run has begun, or its devices have prepared for something else
 */
async function prepareEdit(
  driver: RunDriver,
  given: unknown,
  { sources, registry }: RunContext,
): Promise<RunResources> {
  requireEditable(driver);
  const resources = await openResources(parseRunSettings(given, 'settings'), sources);
  if (registry.ofRun(driver.id).some(({ revoked }) => !revoked)) {
    requireSame(whatDevicesPrepare(await driver.assets.resources()), whatDevicesPrepare(resources));
  }
  return resources;
}

/**
 * Stores other settings of a run and opens it anew; the driver that there was is closed, and gets no more requests
 * meanwhile. A run that has begun after all is opened as it was.
 */
async function reopenEdited(
  driver: RunDriver,
  resources: RunResources,
  context: RunContext,
): Promise<RunDriver> {
  const { id } = driver;
  const { runs } = context.store;
  await driver.close();
  const { isEditable } = driver;
  const { definition } = resources;
  if (isEditable) {
    const { name } = definition.settings;
    await runs.change(id, { settings: definition, name, baseline: null });
  }
  const stored = (await runs.list()).find((run) => run.id === id);
  if (stored === undefined) throw new Error(`Run ${id} is gone from the store.`);
  return openRun(stored, context, isEditable ? resources : undefined);
}

/** @throws Refusal `run-conflict` */
function requireEditable({ isEditable }: RunDriver): void {
  if (isEditable) return;
  throw new Refusal('run-conflict', 'The run has begun, so its settings stay as they are. Clone it instead.');
}

/** What a device fetches and sets up when it joins, and does not look at again. */
function whatDevicesPrepare({ definition, maxLength, targets }: RunResources): Record<string, unknown> {
  const { settings, classes, model } = definition;
  return {
    model: model.sha256,
    classes,
    seed: settings.seed,
    'local.batchSize': settings.local.batchSize,
    'local.maxLength': maxLength,
    targets,
  };
}

function requireSame(before: Record<string, unknown>, after: Record<string, unknown>): void {
  const changed = Object.keys(before).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  if (changed.length === 0) return;
  throw new Refusal(
    'run-conflict',
    `Devices have joined and prepared for this run, so these settings stay as they are: ${changed.join(', ')}. Clone the run to change them.`,
  );
}
