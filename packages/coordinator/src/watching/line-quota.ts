import type { LogEntry } from '@legend-fl/protocol';

/** An honest device joins, leaves and is refused less often than that. */
const LINES_PER_MINUTE = 6;
const MINUTE_MS = 60_000;
/** Devices whose minute is kept before those that are over are forgotten. */
const MOST_MINUTES = 1000;

/** A minute of a device, which begins with its first line. */
interface Minute {
  readonly run: string | null;
  readonly end: number;
  lines: number;
  /** Left out, and when the last of them was. */
  leftOut: number;
  lastAt: number;
}

/** How many lines of the log each device gets. Times are those of the entries. */
export class LineQuota {
  readonly #minutes = new Map<string, Minute>();
  readonly #leftOut = new Map<string, Minute>();
  #firstEnd = Number.POSITIVE_INFINITY;

  /** When the first minute ends of which lines were left out that are not told of yet; infinity where there is none. */
  get firstEnd(): number {
    return this.#firstEnd;
  }

  /** Whether there is room for an entry; otherwise it is counted. What is of no device always has room. */
  admits({ at, run, device }: LogEntry): boolean {
    if (device === null) return true;
    const minute = this.#minuteOf(device, run, at);
    if (minute.lines < LINES_PER_MINUTE) {
      minute.lines++;
      return true;
    }
    minute.leftOut++;
    minute.lastAt = at;
    this.#leftOut.set(device, minute);
    this.#firstEnd = Math.min(this.#firstEnd, minute.end);
    return false;
  }

  /** One entry for each device of whose minute, which is over by now, lines were left out. */
  takeSummaries(at: number): readonly LogEntry[] {
    if (this.#firstEnd > at) return [];
    const over = [...this.#leftOut].filter(([, { end }]) => end <= at);
    for (const [device] of over) {
      this.#leftOut.delete(device);
      this.#minutes.delete(device);
    }
    this.#firstEnd = Math.min(...[...this.#leftOut.values()].map(({ end }) => end));
    return over.map(([device, { run, leftOut, lastAt }]) => ({
      at: lastAt,
      level: 'warning',
      run,
      device,
      text: `${leftOut} more lines of it within a minute are left out.`,
    }));
  }

  #minuteOf(device: string, run: string | null, at: number): Minute {
    const known = this.#minutes.get(device);
    if (known !== undefined && at < known.end) return known;
    if (this.#minutes.size >= MOST_MINUTES) {
      for (const [other, { end, leftOut }] of this.#minutes) {
        if (end <= at && leftOut === 0) this.#minutes.delete(other);
      }
    }
    const minute = { run, end: at + MINUTE_MS, lines: 0, leftOut: 0, lastAt: at };
    this.#minutes.set(device, minute);
    return minute;
  }
}
