import { cpus } from 'node:os';
import type { PauseGate } from '../pause-gate.ts';

/** Milliseconds of processor time since some moment, over all cores. */
export interface ProcessorTimes {
  readonly busy: number;
  readonly idle: number;
  /** Of this process; part of `busy`. */
  readonly own: number;
  readonly cores: number;
}

/** Milliseconds that a sample spans at least. */
const SAMPLE_MS = 2_000;
/** Cores that others may use: a share of all, and half a core, which any desktop takes (ours). */
const OTHERS_SHARE = 0.1;
const OTHERS_CORES = 0.5;
/** The machine is idle again once others have used half of that for so many samples. */
const CALM_SAMPLES = 3;

/** A gate that is shut while other programs need the machine. */
export class IdleWatch implements PauseGate {
  readonly #read: () => ProcessorTimes;
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  #last: ProcessorTimes;
  #isBusy = false;
  #calmSamples = 0;
  #othersCores = 0;

  constructor({
    read = readProcessorTimes,
    sleep,
  }: {
    readonly read?: () => ProcessorTimes;
    readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  }) {
    this.#read = read;
    this.#sleep = sleep;
    this.#last = read();
  }

  reason(): string | null {
    this.#sample();
    return this.#isBusy ? `other programs use ${this.#othersCores.toFixed(1)} processor cores` : null;
  }

  async opened(signal: AbortSignal): Promise<void> {
    while (this.reason() !== null) await this.#sleep(SAMPLE_MS, signal);
  }

  #sample(): void {
    const now = this.#read();
    const busy = now.busy - this.#last.busy;
    const total = busy + now.idle - this.#last.idle;
    if (total < SAMPLE_MS * now.cores) return;
    const others = Math.max(0, busy - (now.own - this.#last.own));
    this.#last = now;
    this.#othersCores = (others / total) * now.cores;
    const allowed = OTHERS_CORES + OTHERS_SHARE * now.cores;
    if (this.#othersCores > allowed) {
      this.#isBusy = true;
      this.#calmSamples = 0;
    } else if (this.#othersCores > allowed / 2) {
      this.#calmSamples = 0;
    } else if (++this.#calmSamples >= CALM_SAMPLES) {
      this.#isBusy = false;
    }
  }
}

function readProcessorTimes(): ProcessorTimes {
  let [busy, idle] = [0, 0];
  const all = cpus();
  for (const { times } of all) {
    idle += times.idle;
    busy += times.user + times.nice + times.sys + times.irq;
  }
  const { user, system } = process.cpuUsage();
  return { busy, idle, own: (user + system) / 1000, cores: all.length };
}
