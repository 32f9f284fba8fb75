export interface Refused {
  readonly count: number;
  /** Why the last one was; empty where none was. */
  readonly reason: string;
}

const NONE: Refused = { count: 0, reason: '' };

/** Updates of each device that were refused since this process started. */
export class RefusedUpdates {
  readonly #devices = new Map<string, Refused>();

  add(device: string, reason: string): void {
    this.#devices.set(device, { count: this.find(device).count + 1, reason });
  }

  find(device: string): Refused {
    return this.#devices.get(device) ?? NONE;
  }
}
