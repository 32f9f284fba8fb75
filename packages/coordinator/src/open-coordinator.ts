import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@legend-fl/base/node';
import type { LogEntry } from '@legend-fl/protocol';
import { DeviceRegistry } from './fleet/device-registry.ts';
import { Presence } from './fleet/presence.ts';
import { openStoredRuns } from './runs/open-stored-runs.ts';
import { RunTable } from './runs/run-table.ts';
import type { Coordinator } from './services/coordinator.ts';
import type { CoordinatorContext } from './services/coordinator-context.ts';
import { readFigures } from './services/coordinator-figures.ts';
import { deviceService } from './services/device-service.ts';
import { operatorService } from './services/operator-service.ts';
import type { Sources } from './settings/run-resources.ts';
import { BlobGuard } from './store/blob-guard.ts';
import { BlobFolder } from './store/blobs.ts';
import type { Store } from './store/store.ts';
import { UploadFolder } from './store/uploads.ts';
import { CoordinatorViews } from './watching/coordinator-views.ts';
import { Journal } from './watching/journal.ts';
import { LiveFeed } from './watching/live-feed.ts';
import { observeRuns } from './watching/observe-runs.ts';

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
 *
 * Each part is made from those above it. Requests go from the services down to the runs; what changes goes from runs and
 * devices to the observer, and from there to the live feed.
 */
export async function openCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { dir, store, now, log, renderReport } = options;
  const registry = await DeviceRegistry.load(store.devices);
  const presence = new Presence(now);
  const runs = new RunTable();
  const blobs = new BlobFolder(join(dir, 'blobs'));
  const guard = new BlobGuard(blobs, runs);
  const uploads = new UploadFolder(join(dir, 'uploads'), blobs);
  const journal = await Journal.open(store.runs);
  const examples = new Map<string, number>();
  const views = new CoordinatorViews({ runs, registry, presence, journal, examples });
  const feed = new LiveFeed(views);
  const observer = observeRuns(journal, feed, now);
  const context: CoordinatorContext = {
    store,
    registry,
    presence,
    runs,
    blobs,
    guard,
    uploads,
    journal,
    examples,
    observer,
    sources: options,
    runsFolder: join(dir, 'runs'),
    counters: { updatesAccepted: 0, updatesRejected: 0, bytesReceived: 0 },
    isStopping: false,
    now,
  };
  journal.subscribe((entry) => {
    feed.logged(entry);
    log(entry);
  });
  presence.subscribe((id, change) => {
    feed.devicesChanged([id]);
    const device = registry.find(id);
    if (device === undefined) return;
    if (change !== 'progress') feed.runChanged(device.run);
    runs.find(device.run)?.consider(id);
  });
  await openStoredRuns(runs, context);
  await sweep(context);
  for (const driver of runs.drivers) driver.start();
  return {
    forDevices: deviceService(context),
    forOperators: operatorService(context, { views, feed, renderReport }),
    async checkHealth() {
      await store.check();
      await probeFolder(dir);
    },
    get figures() {
      return readFigures(context);
    },
    async stop() {
      context.isStopping = true;
      await Promise.all(runs.drivers.map((driver) => driver.close()));
      presence.stop();
      feed.stop();
      await journal.settled();
    },
  };
}

/** A message that its device has not handed in after so long will not be. */
const LEFT_BEHIND_MS = 24 * 3600_000;

/** Deletes what no run needs and no device is about to hand in. */
async function sweep({ blobs, uploads, runs, now }: CoordinatorContext): Promise<void> {
  const before = now() - LEFT_BEHIND_MS;
  const needed = (await blobs.listAll()).filter((sha256) => runs.needsBlob(sha256));
  await blobs.collectGarbage(new Set(needed), before);
  await uploads.deleteOlderThan(before);
}

/** Throws WriteError where nothing can be written. */
async function probeFolder(dir: string): Promise<void> {
  const probe = join(dir, '.probe');
  await writeFileAtomically(probe, 'x'.repeat(4096));
  await rm(probe, { force: true });
}
