import type { DeviceStore, StoredDevice } from '../store/store.ts';

/** The devices of all runs, as they are stored, in memory. */
export class DeviceRegistry {
  readonly #devices = new Map<string, StoredDevice>();
  /** In order of enrolment. */
  readonly #byRun = new Map<string, StoredDevice[]>();

  static async load(store: Pick<DeviceStore, 'list'>): Promise<DeviceRegistry> {
    const registry = new DeviceRegistry();
    for (const device of await store.list()) registry.put(device);
    return registry;
  }

  /** Takes in a device, or what has changed of it. */
  put(device: StoredDevice): void {
    this.#devices.set(device.id, device);
    const devices = this.#byRun.get(device.run) ?? [];
    this.#byRun.set(device.run, devices);
    // Almost always the last one: concurrent enrolments may come in out of order.
    const place = devices.findLastIndex((other) => other.place <= device.place);
    const isKnown = devices[place]?.id === device.id;
    devices.splice(isKnown ? place : place + 1, isKnown ? 1 : 0, device);
  }

  find(id: string): StoredDevice | undefined {
    return this.#devices.get(id);
  }

  ofRun(run: string): readonly StoredDevice[] {
    return this.#byRun.get(run) ?? [];
  }

  all(): Iterable<StoredDevice> {
    return this.#devices.values();
  }
}
