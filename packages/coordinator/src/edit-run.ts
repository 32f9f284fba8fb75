import type { Environment } from './environment.ts';
import { openRun } from './open-run.ts';
import { Refusal } from './refusal.ts';
import type { RunDriver } from './run-driver.ts';
import { openResources, type RunResources } from './run-resources.ts';
import { parseRunSettings, type RunSettings } from './run-settings.ts';

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
 * What a run that has not begun would work with under other settings. Changes nothing.
 * @param given as a run file has them
 * @throws InputError; Refusal `run-conflict` where the run has begun, or its devices have prepared for something else
 */
export async function prepareEdit(
  driver: RunDriver,
  given: unknown,
  { sources, devicesOf }: Environment,
): Promise<RunResources> {
  requireEditable(driver);
  const resources = await openResources(parseRunSettings(given, 'settings'), sources);
  if (devicesOf(driver.id).some(({ revoked }) => !revoked)) {
    requireSame(whatDevicesPrepare(await driver.resources()), whatDevicesPrepare(resources));
  }
  return resources;
}

/**
 * Stores other settings of a run and opens it anew; the driver that there was is closed, and gets no more requests
 * meanwhile. A run that has begun after all is opened as it was.
 */
export async function reopenEdited(
  driver: RunDriver,
  resources: RunResources,
  environment: Environment,
): Promise<RunDriver> {
  const { id } = driver;
  const { runs } = environment.store;
  await driver.close();
  const { isEditable } = driver;
  const { definition } = resources;
  if (isEditable) {
    const { name } = definition.settings;
    await runs.change(id, { settings: definition, name, baseline: null });
  }
  const stored = (await runs.list()).find((run) => run.id === id);
  if (stored === undefined) throw new Error(`Run ${id} is gone from the store.`);
  return openRun(stored, environment, isEditable ? resources : undefined);
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
