import type { LogEntry, RoundView } from '@legend-fl/protocol';
import type { DeviceRegistry } from '../fleet/device-registry.ts';
import type { Presence } from '../fleet/presence.ts';
import type { Sources } from '../settings/run-resources.ts';
import type { BlobGuard } from '../store/blob-guard.ts';
import type { BlobFolder } from '../store/blobs.ts';
import type { Store } from '../store/store.ts';

/** What the runs of a coordinator share. */
export interface RunContext {
  readonly store: Store;
  readonly blobs: BlobFolder;
  readonly guard: BlobGuard;
  readonly sources: Sources;
  /** Has a folder for each run's results. */
  readonly runsFolder: string;
  readonly registry: DeviceRegistry;
  readonly presence: Presence;
  readonly observer: RunObserver;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Whoever watches runs. */
export interface RunObserver {
  log(entry: Omit<LogEntry, 'at'>): void;
  /** What is shown of a run has changed. */
  runChanged(run: string): void;
  /** What is shown of these devices has changed. */
  devicesChanged(devices: Iterable<string>): void;
  roundFinished(round: RoundView): void;
}
