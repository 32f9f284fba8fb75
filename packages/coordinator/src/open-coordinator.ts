import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@legend-fl/base/node';
import type { LogEntry } from '@legend-fl/protocol';
import { BlobGuard } from './blob-guard.ts';
import type { Coordinator, CoordinatorFigures } from './coordinator.ts';
import { DeviceRegistry } from './device-registry.ts';
import { deviceService } from './device-service.ts';
import { prepareEdit, reopenEdited } from './edit-run.ts';
import type { Environment } from './environment.ts';
import { Journal } from './journal.ts';
import { LiveFeed } from './live-feed.ts';
import type { Office } from './office.ts';
import { openRun } from './open-run.ts';
import { operatorService, viewDeviceOf } from './operator-service.ts';
import { Presence } from './presence.ts';
import { Refusal } from './refusal.ts';
import type { RunDriver } from './run-driver.ts';
import { openResources, type RunResources, type Sources } from './run-resources.ts';
import { parseRunSettings, warnOf } from './run-settings.ts';
import { type SetAsideRun, setRunAside } from './set-aside-run.ts';
import { BlobFolder } from './store/blobs.ts';
import type { Store, StoredRun } from './store/store.ts';
import { UploadFolder } from './store/uploads.ts';
import { viewRun } from './views.ts';

export interface CoordinatorOptions extends Sources {
  /** The data folder, which nobody else uses: see `lockFolder`. Blobs, uploads and the results of runs lie in it. */
  readonly dir: string;
  /** Stays the caller's to close, once the coordinator has stopped. */
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What happens, for people; it is kept in the store as well. */
  readonly log: (entry: LogEntry) => void;
  /** A run folder as one HTML file. */
  readonly renderReport?: (runFolder: string) => Promise<string>;
}

/**
 * Opens a coordinator; runs that are stored go on where they were. One that cannot, e.g. because its model is gone, is
 * set aside with the reason.
 */
export async function openCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { dir, store, now, log, renderReport } = options;
  const blobsFolder = join(dir, 'blobs');
  const blobs = new BlobFolder(blobsFolder);
  const guard = new BlobGuard(blobs);
  const uploads = new UploadFolder(join(dir, 'uploads'), blobs);
  const registry = new DeviceRegistry();
  for (const device of await store.devices.list()) registry.put(device);
  const runs = new Map<string, RunDriver>();
  const setAside = new Map<string, SetAsideRun>();
  const figures = { updatesAccepted: 0, updatesRejected: 0, bytesReceived: 0 };
  let open = true;

  const journal = await Journal.open(store.runs, (entry) => {
    feed.logged(entry);
    log(entry);
  });
  const feed: LiveFeed = new LiveFeed({
    runs: () => service.forOperators.listRuns(),
    viewRun: (id) => {
      const driver = runs.get(id);
      return driver && viewRun(driver, registry.ofRun(id), presence);
    },
    devices: () => service.forOperators.listDevices(),
    viewDevice: (id) => viewDeviceOf(office, id),
    rounds: () => [...runs.values()].flatMap(({ progress }) => progress.rounds),
    log: () => journal.shown,
  });
  const presence = new Presence({
    now,
    onChange: (id, change) => {
      feed.devicesChanged([id]);
      const run = registry.find(id)?.run ?? '';
      if (change !== 'progress') feed.runChanged(run);
      runs.get(run)?.consider(id);
    },
  });
  const removeUnneeded = async (sha256s: readonly string[]) => {
    // What cannot be deleted now is found at the next start.
    for (const sha256 of sha256s) {
      await guard.remove(sha256, (each) => isNeeded(each, office)).catch(() => {});
    }
  };
  const office: Office = {
    store,
    registry,
    presence,
    blobs,
    guard,
    uploads,
    journal,
    feed,
    examples: new Map(),
    figures,
    now,
    runs: () => [...runs.values()],
    findRun: (id) => runs.get(id),
    setAside,
    reopening: new Map(),
    log: (entry) => journal.add({ ...entry, at: now() }),
    onRun: (run) => feed.runChanged(run),
    onDevices: (devices) => feed.devicesChanged(devices),
    onRound: (round) => feed.roundFinished(round),
    removeUnneeded,
    requireOpen() {
      if (!open)
        throw new Refusal('shutting-down', 'The coordinator is shutting down; try again in a moment.');
    },
  };
  const environment: Environment = {
    ...office,
    blobsFolder,
    sources: options,
    runsFolder: join(dir, 'runs'),
    findDevice: (id) => registry.find(id),
    devicesOf: (run) => registry.ofRun(run),
  };

  const startRun = async (stored: StoredRun, resources?: RunResources) => {
    const driver = await openRun(stored, environment, resources);
    runs.set(driver.id, driver);
    return driver;
  };
  const createRun = async (given: unknown): Promise<RunDriver> => {
    const settings = parseRunSettings(given, 'settings');
    const resources = await openResources(settings, options);
    const run = {
      id: freeId(settings.name, (id) => runs.has(id) || setAside.has(id)),
      createdAt: now(),
      settings: resources.definition,
    };
    await store.runs.create(run);
    const unchanged = { failure: null, name: null, paused: false, baseline: null };
    const driver = await startRun({ ...run, ...unchanged }, resources);
    office.log({ level: 'info', run: run.id, device: null, text: `Run ${settings.name} is made.` });
    const warning = warnOf(settings);
    if (warning !== '') office.log({ level: 'warning', run: run.id, device: null, text: warning });
    office.onRun(run.id);
    driver.start();
    return driver;
  };

  const replaceSettings = async (driver: RunDriver, given: unknown): Promise<RunDriver> => {
    const { id, createdAt, name, isPaused: paused, baseline, definition } = driver;
    const resources = await prepareEdit(driver, given, environment);
    // Requests are told to come again until the run is open anew.
    const stored = { id, createdAt, name, paused, baseline, settings: definition, failure: null };
    runs.delete(id);
    setAside.set(id, { stored, reason: 'its settings are being changed.', blobs: null });
    const opening = reopenEdited(driver, resources, environment).then((edited) => {
      runs.set(id, edited);
      setAside.delete(id);
      return edited;
    });
    const settled = () => void office.reopening.delete(id);
    office.reopening.set(id, opening.then(settled, settled));
    const edited = await opening;
    edited.start();
    office.log({ level: 'info', run: id, device: null, text: 'The settings of the run are changed.' });
    office.onRun(id);
    return edited;
  };

  const service: Coordinator = {
    forDevices: deviceService(office),
    forOperators: operatorService(office, { createRun, editRun: replaceSettings, renderReport }),
    async checkHealth() {
      await store.check();
      await probeFolder(dir);
    },
    get figures(): CoordinatorFigures {
      return readFigures(office);
    },
    async stop() {
      open = false;
      await Promise.all([...runs.values()].map((driver) => driver.close()));
      presence.stop();
      feed.stop();
      await journal.settled();
    },
  };

  for (const stored of await store.runs.list()) {
    try {
      await startRun(stored);
    } catch (error) {
      const run = await setRunAside(stored, error, store);
      setAside.set(stored.id, run);
      office.log({
        level: 'error',
        run: stored.id,
        device: null,
        text: `The run is set aside: ${run.reason}`,
      });
    }
  }
  await sweep(office);
  for (const driver of runs.values()) driver.start();
  return service;
}

/** A message that its device has not handed in after so long will not be. */
const LEFT_BEHIND_MS = 24 * 3600_000;

/** Deletes what no run needs and no device is about to hand in. */
async function sweep(office: Office): Promise<void> {
  const { blobs, uploads, now } = office;
  const before = now() - LEFT_BEHIND_MS;
  const needed = (await blobs.listAll()).filter((sha256) => isNeeded(sha256, office));
  await blobs.collectGarbage(new Set(needed), before);
  await uploads.deleteOlderThan(before);
}

function isNeeded(sha256: string, { runs, setAside }: Office): boolean {
  if (runs().some((driver) => driver.needsBlob(sha256))) return true;
  return [...setAside.values()].some(({ blobs }) => blobs === null || blobs.has(sha256));
}

/** Throws WriteError where nothing can be written. */
async function probeFolder(dir: string): Promise<void> {
  const probe = join(dir, '.probe');
  await writeFileAtomically(probe, 'x'.repeat(4096));
  await rm(probe, { force: true });
}

function readFigures({ presence, runs, figures }: Office): CoordinatorFigures {
  const drivers = runs();
  const sum = (of: (driver: RunDriver) => number) => drivers.reduce((total, driver) => total + of(driver), 0);
  return {
    ...figures,
    devicesPresent: presence.size,
    runsUnderWay: sum(({ isOver }) => (isOver ? 0 : 1)),
    bytesSent: sum(({ progress }) => progress.state.totals.bytesDown),
    roundsFinished: sum(({ progress }) => progress.rounds.length),
    pollsWaiting: sum(({ polls }) => polls.size),
  };
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
