import type { LogEntry } from '@legend-fl/protocol';
import { BatchQueue } from '../pacing/batch-queue.ts';
import type { RunStore } from '../store/store.ts';
import { LineQuota } from './line-quota.ts';

/** Entries that whoever looks in gets first. */
const SHOWN = 200;

/**
 * What has happened, for people: kept in the store, the newest of it in memory. However much a device brings about, it
 * gets a few lines a minute, so that it cannot push out what others did.
 */
export class Journal {
  readonly #listeners: ((entry: LogEntry) => void)[] = [];
  readonly #shown: LogEntry[];
  readonly #quota = new LineQuota();
  readonly #writing: BatchQueue<LogEntry>;
  #timer: NodeJS.Timeout | undefined;

  private constructor(store: RunStore, shown: LogEntry[]) {
    this.#shown = shown;
    // Nothing depends on it, so what cannot be written is let go.
    this.#writing = new BatchQueue(async (entries) => {
      await store.appendLog(entries).catch(() => {});
      return [];
    });
  }

  static async open(store: RunStore): Promise<Journal> {
    return new Journal(store, [...(await store.listLog(SHOWN))]);
  }

  /** Tells of every entry from now on. */
  subscribe(listener: (entry: LogEntry) => void): void {
    this.#listeners.push(listener);
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
    this.#writing.add(entry);
    for (const listener of this.#listeners) listener(entry);
  }

  /** When everything so far is written, or could not be; what was left out is told before. */
  async settled(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#addSummaries(Number.POSITIVE_INFINITY);
    await this.#writing.settled();
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
}
