import { type Ended, type Surroundings, startLegendIn } from '../testing/run-legend.ts';
import { endLater, printIfFailed } from './end-later.fixture.ts';

/** What a process printed last is shown where its test fails; the log of a short run fits. */
const SHOWN_CHARACTERS = 20_000;

/** A `legend` that runs, and is killed with its test at the latest. */
export class LegendProcess {
  readonly ended: Promise<Ended>;
  readonly #kill: (signal: NodeJS.Signals) => void;
  readonly #pid: number | undefined;
  #text = '';
  #onText = new Set<() => void>();

  constructor(args: readonly string[], surroundings: Surroundings = {}) {
    const { child, ended } = startLegendIn(surroundings, ...args);
    this.ended = ended;
    this.#pid = child.pid;
    this.#kill = (signal) => child.kill(signal);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: string) => {
        this.#text += text;
        for (const tell of this.#onText) tell();
      });
    }
    printIfFailed(
      () =>
        `legend ${args.slice(0, 2).join(' ')} (${this.#pid}) printed last:\n${this.#text.slice(-SHOWN_CHARACTERS)}`,
    );
    endLater(() => this.kill());
  }

  get pid(): number {
    if (this.#pid === undefined) throw new Error('The program could not be started.');
    return this.#pid;
  }

  /** All that it has printed. */
  get text(): string {
    return this.#text;
  }

  /** Waits until it has printed this. Throws where it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    let tell = () => {};
    const found = new Promise<RegExpExecArray>((resolve) => {
      tell = () => {
        const match = pattern.exec(this.#text);
        if (match !== null) resolve(match);
      };
      this.#onText.add(tell);
      tell();
    });
    const over = this.ended.then(({ code, stderr }) => {
      tell();
      throw new Error(`It ended with ${code} before it said ${pattern}:\n${stderr}`);
    });
    try {
      return await Promise.race([found, over]);
    } finally {
      this.#onText.delete(tell);
    }
  }

  /** Like `kill -9`. */
  async kill(): Promise<void> {
    this.#kill('SIGKILL');
    await this.ended;
  }

  /** Like Ctrl-C. */
  async interrupt(): Promise<Ended> {
    this.#kill('SIGINT');
    return this.ended;
  }
}
