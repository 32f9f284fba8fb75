import type { LogEntry } from '@legend-fl/protocol';
import type { RunStore } from '../store/store.ts';
import { LineQuota } from './line-quota.ts';

/** Entries that whoever looks in gets first. */
const SHOWN = 200;

/**
 * What has happened, for people: kept in the store, the newest of it in memory. However much a device brings about, it
 * gets a few lines a minute, so that it cannot push out what others did.
 */
export class Journal {
  readonly #store: RunStore;
  readonly #onEntry: (entry: LogEntry) => void;
  readonly #shown: LogEntry[];
  readonly #quota = new LineQuota();
  #unwritten: LogEntry[] = [];
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(store: RunStore, shown: LogEntry[], onEntry: (entry: LogEntry) => void) {
    this.#store = store;
    this.#shown = shown;
    this.#onEntry = onEntry;
  }

  static async open(store: RunStore, onEntry: (entry: LogEntry) => void): Promise<Journal> {
    return new Journal(store, [...(await store.listLog(SHOWN))], onEntry);
  }

  /** The last ones, oldest first. */
  get shown(): readonly LogEntry[] {
    return this.#shown;
  }

  /** Takes an entry in, or counts it where its device has had its lines of this minute. */
  add(entry: LogEntry): void {
    this.#addSummaries(entry.at);
    if (this.#quota.admits(entry)) this.addAlways(entry);
    else this.#timer ??= this.#startTimer(entry.at);
  }

  /** Takes an entry in about what an operator did, whatever it is about. */
  addAlways(entry: LogEntry): void {
    this.#shown.push(entry);
    if (this.#shown.length > SHOWN) this.#shown.shift();
    this.#unwritten.push(entry);
    this.#writing ??= this.#write();
    this.#onEntry(entry);
  }

  /** When everything so far is written, or could not be; what was left out is told before. */
  async settled(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#addSummaries(Number.POSITIVE_INFINITY);
    await this.#writing;
  }

  /** Tells what was left out of minutes that are over. */
  #addSummaries(at: number): void {
    for (const summary of this.#quota.takeSummaries(at)) this.addAlways(summary);
  }

  /** So that a device that falls silent is told of as well; it keeps no process alive. */
  #startTimer(at: number): NodeJS.Timeout {
    const end = this.#quota.firstEnd;
    return setTimeout(() => {
      this.#addSummaries(end);
      this.#timer = Number.isFinite(this.#quota.firstEnd) ? this.#startTimer(end) : undefined;
    }, end - at).unref();
  }

  /** Nothing depends on it, so what cannot be written is let go. */
  async #write(): Promise<void> {
    await Promise.resolve();
    while (this.#unwritten.length > 0) {
      const entries = this.#unwritten;
      this.#unwritten = [];
      await this.#store.appendLog(entries).catch(() => {});
    }
    this.#writing = undefined;
  }
}
