import type { DeviceView, LiveEvent, LogEntry, RoundView, RunView } from '@legend-fl/protocol';

/** What there is to show now. */
export interface LiveSource {
  runs(): readonly RunView[];
  viewRun(run: string): RunView | undefined;
  devices(): readonly DeviceView[];
  viewDevice(device: string): DeviceView | undefined;
  rounds(): readonly RoundView[];
  log(): readonly LogEntry[];
}

/** Milliseconds between two messages of changes. */
const PAUSE_MS = 500;

type Listener = (event: LiveEvent) => void;

/** Tells listeners everything, then what changes, at most twice a second; what nobody listens to costs nothing. */
export class LiveFeed {
  readonly #source: LiveSource;
  readonly #listeners = new Set<Listener>();
  readonly #runs = new Set<string>();
  readonly #devices = new Set<string>();
  #rounds: RoundView[] = [];
  #log: LogEntry[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(source: LiveSource) {
    this.#source = source;
  }

  subscribe(listener: Listener): () => void {
    // What changed before is in what it gets now; the others get it first.
    this.#flush();
    const source = this.#source;
    listener({ type: 'runs', runs: [...source.runs()] });
    listener({ type: 'devices', devices: [...source.devices()] });
    listener({ type: 'rounds', rounds: [...source.rounds()] });
    listener({ type: 'log', entries: [...source.log()] });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  runChanged(run: string): void {
    this.#note(() => this.#runs.add(run));
  }

  devicesChanged(devices: Iterable<string>): void {
    this.#note(() => {
      for (const device of devices) this.#devices.add(device);
    });
  }

  roundFinished(round: RoundView): void {
    this.#note(() => this.#rounds.push(round));
  }

  logged(entry: LogEntry): void {
    this.#note(() => this.#log.push(entry));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
  }

  #note(take: () => void): void {
    if (this.#listeners.size === 0) return;
    take();
    this.#timer ??= setTimeout(() => this.#flush(), PAUSE_MS).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const runs = [...this.#runs].flatMap((run) => this.#source.viewRun(run) ?? []);
    const devices = [...this.#devices].flatMap((device) => this.#source.viewDevice(device) ?? []);
    const [rounds, entries] = [this.#rounds, this.#log];
    this.#runs.clear();
    this.#devices.clear();
    this.#rounds = [];
    this.#log = [];
    if (rounds.length > 0) this.#tell({ type: 'rounds', rounds });
    if (runs.length > 0) this.#tell({ type: 'runs', runs });
    if (devices.length > 0) this.#tell({ type: 'devices', devices });
    if (entries.length > 0) this.#tell({ type: 'log', entries });
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
