import type { TextExample } from '@legend-fl/trainer';
import type { BlobCache } from './blob-cache.ts';
import type { CoordinatorClient } from './client/coordinator-client.ts';
import type { DeviceEvent } from './device-event.ts';
import type { DeviceStateStore } from './device-state.ts';
import type { DeviceTrainer } from './device-trainer.ts';
import type { PauseGate } from './pause-gate.ts';

/** What a device takes part in a run with. */
export interface DeviceOptions {
  /** Of a device that is enrolled. */
  readonly client: CoordinatorClient;
  readonly trainer: DeviceTrainer;
  /**
   * The device's examples, labelled with indices into the run's classes. They do not leave it.
   * Throws InputError for a label that is none of them; see `numberLabels`.
   */
  readonly data: (classes: readonly string[]) => Promise<readonly TextExample[]>;
  readonly blobs: BlobCache;
  readonly state: DeviceStateStore;
  readonly gate?: PauseGate;
  readonly settings: DeviceSettings;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onEvent: (event: DeviceEvent) => void;
  /** Its abortion makes the device leave. */
  readonly signal: AbortSignal;
}

export interface DeviceSettings {
  readonly run: string;
  /** What it is called now, of a device that enrolled before; left out: as it enrolled. */
  readonly name?: string;
  /** Share of the examples that is held out to score adapters with; default: 0.1. */
  readonly holdOutShare?: number;
  /** That training may take: at least `bounds.memoryBytes.min`. */
  readonly memoryBytes: number;
  /** Default: `limits.heartbeatSeconds`. */
  readonly heartbeatSeconds?: number;
  /** Default: `limits.pollSeconds`. */
  readonly pollSeconds?: number;
}
