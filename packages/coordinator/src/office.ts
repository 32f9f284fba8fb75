import type { LogEntry, RoundView } from '@legend-fl/protocol';
import type { BlobGuard } from './blob-guard.ts';
import type { DeviceRegistry } from './device-registry.ts';
import type { Journal } from './journal.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Presence } from './presence.ts';
import type { RunDriver } from './run-driver.ts';
import type { SetAsideRun } from './set-aside-run.ts';
import type { BlobFolder } from './store/blobs.ts';
import type { Store } from './store/store.ts';
import type { UploadFolder } from './store/uploads.ts';

/** What the services of a coordinator share. */
export interface Office {
  readonly store: Store;
  readonly registry: DeviceRegistry;
  readonly presence: Presence;
  readonly blobs: BlobFolder;
  readonly guard: BlobGuard;
  readonly uploads: UploadFolder;
  readonly journal: Journal;
  readonly feed: LiveFeed;
  /** Examples that devices hold, as they have told since this process started. */
  readonly examples: Map<string, number>;
  readonly figures: Counters;
  readonly now: () => number;
  readonly runs: () => readonly RunDriver[];
  readonly findRun: (id: string) => RunDriver | undefined;
  /** Stored runs that could not be opened. */
  readonly setAside: ReadonlyMap<string, SetAsideRun>;
  /** Runs that are being opened anew with other settings; these never reject. */
  readonly reopening: Map<string, Promise<void>>;
  readonly log: (entry: Omit<LogEntry, 'at'>) => void;
  readonly onRun: (run: string) => void;
  readonly onDevices: (devices: Iterable<string>) => void;
  readonly onRound: (round: RoundView) => void;
  readonly removeUnneeded: (sha256s: readonly string[]) => Promise<void>;
  /** Throws Refusal `shutting-down` once the coordinator stops. */
  readonly requireOpen: () => void;
}

export type Counters = {
  -readonly [name in 'updatesAccepted' | 'updatesRejected' | 'bytesReceived']: number;
};
