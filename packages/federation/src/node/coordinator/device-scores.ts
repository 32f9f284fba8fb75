import type { z } from 'zod';
import type { scoreSchema } from '../../protocol/update.ts';
import type { EvaluatedDetails } from './event-details.ts';

export type DeviceScore = z.output<typeof scoreSchema>;

/** The scores that devices are asked for after a round. */
export class DeviceScores {
  /** In the order in which their scores are summed, whatever order they come in. */
  readonly #asked: ReadonlySet<string>;
  readonly #scores = new Map<string, DeviceScore | null>();
  readonly #complete: () => void;
  /** Resolves when all have answered or been given up. */
  readonly completed: Promise<void>;

  constructor(devices: readonly string[]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.completed = promise;
    this.#complete = resolve;
    this.#asked = new Set(devices);
    this.#check();
  }

  /** Whether the device still owes its score. */
  owes(device: string): boolean {
    return this.#asked.has(device) && !this.#scores.has(device);
  }

  asks(device: string): boolean {
    return this.#asked.has(device);
  }

  /** @returns false for one that had answered before; its first answer counts */
  add(device: string, score: DeviceScore | null): boolean {
    if (!this.owes(device)) return false;
    this.#scores.set(device, score);
    this.#check();
    return true;
  }

  /** Of those that answered, each weighted by its examples; null where none has any. */
  summarize(): EvaluatedDetails['devices'] {
    let [examples, correct, loss, devices] = [0, 0, 0, 0];
    for (const device of this.#asked) {
      const score = this.#scores.get(device);
      if (!score) continue;
      devices++;
      examples += score.examples;
      correct += score.correct;
      loss += score.loss * score.examples;
    }
    return devices === 0 ? null : { accuracy: correct / examples, loss: loss / examples, examples, devices };
  }

  #check(): void {
    if (this.#scores.size === this.#asked.size) this.#complete();
  }
}
