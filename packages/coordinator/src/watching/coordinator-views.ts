import type { DeviceView, LogEntry, RoundView, RunView } from '@legend-fl/protocol';
import type { DeviceRegistry } from '../fleet/device-registry.ts';
import type { Presence } from '../fleet/presence.ts';
import type { RunDriver } from '../runs/run-driver.ts';
import type { RunTable } from '../runs/run-table.ts';
import { viewSetAsideRun } from '../runs/set-aside-run.ts';
import type { Journal } from './journal.ts';
import type { LiveSource } from './live-feed.ts';
import { viewDevice, viewRun } from './views.ts';

export interface ViewedParts {
  readonly runs: RunTable;
  readonly registry: DeviceRegistry;
  readonly presence: Presence;
  readonly journal: Journal;
  /** Examples that devices hold, as they have told since this process started. */
  readonly examples: ReadonlyMap<string, number>;
}

/** Everything that operators see, as it is now. */
export class CoordinatorViews implements LiveSource {
  readonly #parts: ViewedParts;

  constructor(parts: ViewedParts) {
    this.#parts = parts;
  }

  runs(): readonly RunView[] {
    const { runs, registry } = this.#parts;
    return [
      ...runs.drivers.map((driver) => this.#viewDriver(driver)),
      ...runs.setAside.map((run) => viewSetAsideRun(run, registry.ofRun(run.stored.id).length)),
    ];
  }

  viewRun(id: string): RunView | undefined {
    const driver = this.#parts.runs.find(id);
    return driver && this.#viewDriver(driver);
  }

  devices(): readonly DeviceView[] {
    return [...this.#parts.registry.all()].flatMap(({ id }) => this.viewDevice(id) ?? []);
  }

  viewDevice(id: string): DeviceView | undefined {
    const { runs, registry, presence, examples } = this.#parts;
    const device = registry.find(id);
    return device && viewDevice(device, runs.find(device.run), presence, examples.get(id));
  }

  rounds(): readonly RoundView[] {
    return this.#parts.runs.drivers.flatMap(({ progress }) => progress.rounds);
  }

  log(): readonly LogEntry[] {
    return this.#parts.journal.shown;
  }

  #viewDriver(driver: RunDriver): RunView {
    const { registry, presence } = this.#parts;
    return viewRun(driver, registry.ofRun(driver.id), presence);
  }
}
