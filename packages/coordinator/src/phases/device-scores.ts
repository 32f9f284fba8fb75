import { countTrimmed } from '@legend-fl/method';
import type { scoreSchema } from '@legend-fl/protocol';
import type { z } from 'zod';
import type { EvaluatedDetails } from '../log/event-details.ts';

export type DeviceScore = z.output<typeof scoreSchema>;

/** Devices whose scores a run goes by. */
export interface AskedDevices {
  /** In the order in which their scores are summed, whatever order they come in. */
  readonly asked: readonly string[];
  /** Those of them that the round does not wait for. */
  readonly unawaited: ReadonlySet<string>;
  /** With fewer scores the round counts as unscored. */
  readonly minimum: number;
}

/** The scores that devices are asked for after a round. */
export class DeviceScores {
  readonly #asked: ReadonlySet<string>;
  /** Those that are waited for and have not answered. */
  readonly #awaited: Set<string>;
  readonly #minimum: number;
  readonly #scores = new Map<string, DeviceScore | null>();
  readonly #complete: () => void;
  /** Resolves when all that are waited for have answered or been given up. */
  readonly completed: Promise<void>;

  constructor({ asked, unawaited, minimum }: AskedDevices) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.completed = promise;
    this.#complete = resolve;
    this.#asked = new Set(asked);
    this.#awaited = new Set(asked.filter((device) => !unawaited.has(device)));
    this.#minimum = minimum;
    this.#check();
  }

  /** Whether the device still owes its score. */
  owes(device: string): boolean {
    return this.#asked.has(device) && !this.#scores.has(device);
  }

  asks(device: string): boolean {
    return this.#asked.has(device);
  }

  get devices(): Iterable<string> {
    return this.#asked;
  }

  /** Those that have not answered. */
  get silent(): readonly string[] {
    return [...this.#asked].filter((device) => this.owes(device));
  }

  /** @returns false for one that had answered before; its first answer counts */
  add(device: string, score: DeviceScore | null): boolean {
    if (!this.owes(device)) return false;
    this.#scores.set(device, score);
    this.#awaited.delete(device);
    this.#check();
    return true;
  }

  /**
   * Accuracy and loss of those that answered, each weighted by its examples; null where too few have any. The tenth at
   * either end, of accuracy and of loss, is left out, at least one each from three scores on: so a single device can
   * neither end a run at its target nor spoil its figures, whatever it tells.
   */
  summarize(): EvaluatedDetails['devices'] {
    const scores = [...this.#asked].flatMap((device) => this.#scores.get(device) ?? []);
    if (scores.length < Math.max(1, this.#minimum)) return null;
    const accuracies = scores.map(({ correct, examples }) => ({ value: correct / examples, examples }));
    const losses = scores.map(({ loss, examples }) => ({ value: loss, examples }));
    const examples = scores.reduce((sum, score) => sum + score.examples, 0);
    return {
      accuracy: trimmedMean(accuracies),
      loss: trimmedMean(losses),
      examples,
      devices: scores.length,
    };
  }

  #check(): void {
    if (this.#awaited.size === 0) this.#complete();
  }
}

function trimmedMean(values: readonly { readonly value: number; readonly examples: number }[]): number {
  const cut = countTrimmed(values.length);
  const sorted = values.toSorted((one, other) => one.value - other.value);
  const kept = sorted.slice(cut, sorted.length - cut);
  const examples = kept.reduce((sum, each) => sum + each.examples, 0);
  return kept.reduce((sum, each) => sum + each.value * each.examples, 0) / examples;
}
