import type { LogEntry } from '../../protocol/operator.ts';
import type { RunStore } from '../store/store.ts';

/** Entries that whoever looks in gets first. */
const SHOWN = 200;

/** What has happened, for people: kept in the store, the newest of it in memory. */
export class Journal {
  readonly #store: RunStore;
  readonly #onEntry: (entry: LogEntry) => void;
  readonly #shown: LogEntry[];
  #unwritten: LogEntry[] = [];
  #writing: Promise<void> | undefined;

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

  add(entry: LogEntry): void {
    this.#shown.push(entry);
    if (this.#shown.length > SHOWN) this.#shown.shift();
    this.#unwritten.push(entry);
    this.#writing ??= this.#write();
    this.#onEntry(entry);
  }

  /** When everything so far is written, or could not be. */
  async settled(): Promise<void> {
    await this.#writing;
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
