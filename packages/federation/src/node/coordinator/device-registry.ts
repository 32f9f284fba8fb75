import type { StoredDevice } from '../store/store.ts';

/** The devices of all runs, as they are stored, in memory. */
export class DeviceRegistry {
  readonly #devices = new Map<string, StoredDevice>();
  /** In order of enrolment. */
  readonly #byRun = new Map<string, StoredDevice[]>();

  /** Takes in a device, or what has changed of it. */
  put(device: StoredDevice): void {
    this.#devices.set(device.id, device);
    const others = (this.#byRun.get(device.run) ?? []).filter(({ id }) => id !== device.id);
    const place = others.findIndex((other) => other.place > device.place);
    this.#byRun.set(device.run, others.toSpliced(place === -1 ? others.length : place, 0, device));
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
