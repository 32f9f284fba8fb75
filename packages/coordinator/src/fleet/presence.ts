import type { Heartbeat } from '@legend-fl/protocol';
import { limits } from '@legend-fl/protocol';

/** What a device says of itself in its heart-beats. */
export type Activity = Pick<Heartbeat, 'activity' | 'round' | 'step' | 'steps' | 'loss'>;

/** A device as this process has seen it; nothing of it is stored. */
export interface Sighting {
  readonly lastSeenAt: number;
  /** null before its first heart-beat. */
  readonly doing: Activity | null;
  /** It said that it leaves, and has not asked for an assignment since. */
  readonly left: boolean;
  /** Why, in its words; empty where it did not say or is here. */
  readonly leftBecause: string;
}

/** A device came, went or changed what it does. */
export type PresenceListener = (device: string, change: 'came' | 'went' | 'progress') => void;

const AWAY_MS = limits.awaySeconds * 1000;

/** Who is there: devices seen lately that have not left. Every call costs the same, whatever their number. */
export class Presence {
  readonly #now: () => number;
  readonly #listeners: PresenceListener[] = [];
  /** Of all devices ever seen by this process. */
  readonly #sightings = new Map<string, Sighting>();
  /** Those that are there, the one longest unseen first. */
  readonly #there = new Map<string, number>();
  /** Open polls by device: while one waits, its device is there. */
  readonly #polls = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  subscribe(listener: PresenceListener): void {
    this.#listeners.push(listener);
  }

  /** How many devices are there. */
  get size(): number {
    return this.#there.size;
  }

  find(device: string): Sighting | undefined {
    return this.#sightings.get(device);
  }

  isThere(device: string): boolean {
    return this.#there.has(device);
  }

  /** A sign of life. One that has left stays so until `comeBack`. */
  touch(device: string, doing?: Activity): void {
    const before = this.#sightings.get(device);
    const { left, leftBecause } = before ?? { left: false, leftBecause: '' };
    this.#sightings.set(device, {
      lastSeenAt: this.#now(),
      doing: doing ?? before?.doing ?? null,
      left,
      leftBecause,
    });
    if (left) return;
    const came = !this.#there.delete(device);
    this.#there.set(device, this.#now());
    this.#arm();
    if (came) this.#tell(device, 'came');
    else if (doing !== undefined) this.#tell(device, 'progress');
  }

  /** It asks for an assignment, so whatever it said before, it takes part. */
  comeBack(device: string): void {
    const before = this.#sightings.get(device);
    if (before?.left) this.#sightings.set(device, { ...before, left: false, leftBecause: '' });
    this.touch(device);
  }

  leave(device: string, reason = ''): void {
    this.#sightings.set(device, {
      lastSeenAt: this.#now(),
      doing: null,
      left: true,
      leftBecause: reason,
    });
    this.#there.delete(device);
    this.#tell(device, 'went');
  }

  /** For a device that does not count any more. */
  forget(device: string): void {
    this.#sightings.delete(device);
    this.#there.delete(device);
    this.#tell(device, 'went');
  }

  /** Keeps a device there while its poll waits. Returns how to end that. */
  holdPoll(device: string): () => void {
    this.comeBack(device);
    this.#polls.set(device, (this.#polls.get(device) ?? 0) + 1);
    return () => {
      const open = (this.#polls.get(device) ?? 1) - 1;
      if (open === 0) this.#polls.delete(device);
      else this.#polls.set(device, open);
      if (this.#there.has(device)) this.touch(device);
    };
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell(...change: Parameters<PresenceListener>): void {
    for (const listener of this.#listeners) listener(...change);
  }

  /** One timer for the device longest unseen; it keeps no process alive. */
  #arm(): void {
    if (this.#timer !== undefined) return;
    const [oldest] = this.#there.values();
    if (oldest === undefined) return;
    this.#timer = setTimeout(() => this.#sweep(), Math.max(10, oldest + AWAY_MS - this.#now())).unref();
  }

  #sweep(): void {
    this.#timer = undefined;
    for (const [device, seenAt] of this.#there) {
      if (seenAt + AWAY_MS > this.#now()) break;
      this.#there.delete(device);
      if (this.#polls.has(device)) this.#there.set(device, this.#now());
      else this.#tell(device, 'went');
    }
    this.#arm();
  }
}
