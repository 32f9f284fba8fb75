import type { BlobUser } from '../store/blob-guard.ts';
import type { RunDriver } from './run-driver.ts';
import type { SetAsideRun } from './set-aside-run.ts';

/** The runs of a coordinator, those that could not be opened among them. */
export class RunTable implements BlobUser {
  readonly #drivers = new Map<string, RunDriver>();
  readonly #setAside = new Map<string, SetAsideRun>();

  add(driver: RunDriver): void {
    this.#drivers.set(driver.id, driver);
  }

  addSetAside(run: SetAsideRun): void {
    this.#setAside.set(run.stored.id, run);
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
