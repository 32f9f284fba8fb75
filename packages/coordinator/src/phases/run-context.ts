import type { LogEntry, RoundView } from '@legend-fl/protocol';
import type { Presence } from '../fleet/presence.ts';
import type { Sources } from '../settings/run-resources.ts';
import type { BlobGuard } from '../store/blob-guard.ts';
import type { BlobFolder } from '../store/blobs.ts';
import type { Store, StoredDevice } from '../store/store.ts';

/** What the runs of a coordinator share. */
export interface Environment {
  readonly store: Store;
  readonly blobs: BlobFolder;
  readonly guard: BlobGuard;
  /** Where they lie. */
  readonly blobsFolder: string;
  readonly sources: Sources;
  /** Has a folder for each run's results. */
  readonly runsFolder: string;
  readonly presence: Presence;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly findDevice: (id: string) => StoredDevice | undefined;
  /** The devices of a run, in order of enrolment. */
  readonly devicesOf: (run: string) => readonly StoredDevice[];
  readonly log: (entry: Omit<LogEntry, 'at'>) => void;
  /** What is shown of a run has changed. */
  readonly onRun: (run: string) => void;
  /** What is shown of these devices has changed. */
  readonly onDevices: (devices: Iterable<string>) => void;
  readonly onRound: (round: RoundView) => void;
  /** Deletes those of the blobs that no run needs. */
  readonly removeUnneeded: (sha256s: readonly string[]) => Promise<void>;
}
