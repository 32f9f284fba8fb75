import type { BlobUser } from '../store/blob-guard.ts';
import type { RunDriver } from './run-driver.ts';
import type { SetAsideRun } from './set-aside-run.ts';

/** The runs of a coordinator, those that could not be opened among them. */
export class RunTable implements BlobUser {
  readonly #drivers = new Map<string, RunDriver>();
  readonly #setAside = new Map<string, SetAsideRun>();
  /** Runs that are being opened anew; these promises never reject. */
  readonly #reopening = new Map<string, Promise<void>>();

  add(driver: RunDriver): void {
    this.#drivers.set(driver.id, driver);
  }

  addSetAside(run: SetAsideRun): void {
    this.#setAside.set(run.stored.id, run);
  }

  /**
   * Takes a run out until it is open anew: requests about it are told to come again.
   * @param run what is shown of it meanwhile; where `open` fails, with the reason for that from then on
   */
  reopen(run: SetAsideRun, open: () => Promise<RunDriver>): Promise<RunDriver> {
    const { id } = run.stored;
    this.#drivers.delete(id);
    this.#setAside.set(id, run);
    const opening = open().then(
      (driver) => {
        this.#setAside.delete(id);
        this.add(driver);
        return driver;
      },
      (error: unknown) => {
        this.#setAside.set(id, { ...run, reason: error instanceof Error ? error.message : String(error) });
        throw error;
      },
    );
    const settled = () => void this.#reopening.delete(id);
    this.#reopening.set(id, opening.then(settled, settled));
    return opening;
  }

  /** Waits while a run is being opened anew. */
  async whenOpen(id: string): Promise<void> {
    await this.#reopening.get(id);
  }

  find(id: string): RunDriver | undefined {
    return this.#drivers.get(id);
  }

  /** Whether the run could not be opened. */
  isSetAside(id: string): boolean {
    return this.#setAside.has(id);
  }

  isTaken(id: string): boolean {
    return this.#drivers.has(id) || this.#setAside.has(id);
  }

  get drivers(): readonly RunDriver[] {
    return [...this.#drivers.values()];
  }

  get setAside(): readonly SetAsideRun[] {
    return [...this.#setAside.values()];
  }

  needsBlob(sha256: string): boolean {
    if (this.drivers.some((driver) => driver.needsBlob(sha256))) return true;
    return this.setAside.some(({ blobs }) => blobs === null || blobs.has(sha256));
  }
}
