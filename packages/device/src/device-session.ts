import type { RunForDevices } from '@legend-fl/protocol';
import type { CoordinatorClient } from './client/coordinator-client.ts';
import type { DeviceEvent } from './device-event.ts';
import {
  type DeviceState,
  type DeviceStateStore,
  decodeDeviceState,
  emptyState,
  encodeDeviceState,
} from './device-state.ts';
import type { DeviceTrainer } from './device-trainer.ts';
import type { HeldOut } from './hold-out.ts';
import type { ObservedCapacity } from './observed-capacity.ts';
import type { PauseGate } from './pause-gate.ts';

/** What all assignments of a device share, once it is ready to work. */
export interface DeviceSession {
  readonly client: CoordinatorClient;
  readonly run: RunForDevices;
  readonly device: string;
  readonly trainer: DeviceTrainer;
  readonly examples: HeldOut;
  readonly capacity: ObservedCapacity;
  readonly state: KeptState;
  readonly gate: PauseGate;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds between two heart-beats. */
  readonly heartbeatMs: number;
  readonly onEvent: (event: DeviceEvent) => void;
  readonly signal: AbortSignal;
}

/** A device's state as it stands in its store. */
export class KeptState {
  readonly #store: DeviceStateStore;
  #state: DeviceState;

  private constructor(store: DeviceStateStore, state: DeviceState) {
    this.#store = store;
    this.#state = state;
  }

  /** Throws InputError `device-state-damaged`. */
  static async open(store: DeviceStateStore): Promise<KeptState> {
    const bytes = await store.load();
    return new KeptState(store, bytes ? decodeDeviceState(bytes, store.where) : emptyState);
  }

  get now(): DeviceState {
    return this.#state;
  }

  async change(changes: Partial<DeviceState>): Promise<void> {
    const state = { ...this.#state, ...changes };
    await this.#store.save(encodeDeviceState(state));
    this.#state = state;
  }
}
