import {
  type CapacityEstimator,
  type RejectCode,
  type RoundEvent,
  type RoundState,
  type RoundStep,
  reduceRound,
} from '@legend/method';
import type { StoredEvent } from '../store/store.ts';

/** What became of an event. `unchanged`: it had been counted before, or came too late to matter. */
export type Outcome =
  | { readonly status: 'counted' }
  | { readonly status: 'unchanged' }
  | { readonly status: 'rejected'; readonly code: RejectCode; readonly reason: string };

/** An event that is stored, and the states around it. */
export interface StoredStep {
  readonly stored: StoredEvent;
  readonly before: RoundState;
  readonly after: RoundState;
}

/** What the queue leaves to its run. */
export interface EventQueueOptions {
  readonly estimator: CapacityEstimator;
  readonly now: () => number;
  /** Where the run stands, as far as it is stored. */
  readonly position: () => { readonly state: RoundState; readonly sequence: number };
  /** Makes events durable, all or none of them. */
  readonly append: (events: readonly StoredEvent[]) => Promise<void>;
  /** Events after `sequence` that are stored after all, where an append has failed without saying how far it came. */
  readonly loadAfter: (sequence: number) => Promise<readonly StoredEvent[]>;
  /** Takes over stored events: from now on they are where the run stands. */
  readonly commit: (steps: readonly StoredStep[]) => void;
}

interface Waiting {
  readonly event: RoundEvent;
  readonly details: unknown;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The events of one run, one after the other through the reducer. Those that come while others are being stored are
 * stored together. What an event changes is seen by nobody before it is stored; one that changes nothing never is.
 */
export class EventQueue {
  readonly #options: EventQueueOptions;
  #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;
  /** An append has failed: whether its events are stored is not known. */
  #unsure = false;

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the event is stored, or known not to count.
   * @param details JSON that is stored with it
   * @throws what storing threw: the event has changed nothing; the reducer's Error about an event that does not fit
   */
  submit(event: RoundEvent, details: unknown = null): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, details, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** When everything submitted so far has been answered. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // Lets those that are submitted in one go be stored in one go.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#process(batch).catch((error: unknown) => {
        for (const { reject } of batch) reject(error);
      });
    }
    this.#draining = undefined;
  }

  async #process(batch: readonly Waiting[]): Promise<void> {
    if (this.#unsure) await this.#resynchronise();
    const { estimator, now, position, append, commit } = this.#options;
    let { state, sequence } = position();
    const steps: StoredStep[] = [];
    const answers: (() => void)[] = [];
    for (const { event, details, resolve, reject } of batch) {
      try {
        const step = reduceRound(state, event, estimator);
        const outcome = outcomeOf(state, step);
        answers.push(() => resolve(outcome));
        if (outcome.status !== 'counted') continue;
        sequence++;
        steps.push({ stored: { sequence, at: now(), event, details }, before: state, after: step.state });
        state = step.state;
      } catch (error) {
        reject(error);
      }
    }
    if (steps.length > 0) {
      this.#unsure = true;
      await append(steps.map(({ stored }) => stored));
      this.#unsure = false;
      commit(steps);
    }
    for (const answer of answers) answer();
  }

  async #resynchronise(): Promise<void> {
    const { loadAfter, position, commit, estimator } = this.#options;
    const stored = await loadAfter(position().sequence);
    commit(replay(position().state, stored, estimator));
    this.#unsure = false;
  }
}

/** What the reducer has made of an event that found the run in this state. */
export function outcomeOf(state: RoundState, step: RoundStep): Outcome {
  const refusal = step.effects.find((effect) => effect.type === 'reject');
  if (refusal !== undefined) return { status: 'rejected', code: refusal.code, reason: refusal.reason };
  return { status: step.state === state ? 'unchanged' : 'counted' };
}

/** The steps that stored events once were. */
export function replay(
  state: RoundState,
  events: readonly StoredEvent[],
  estimator: CapacityEstimator,
): readonly StoredStep[] {
  let before = state;
  return events.map((stored) => {
    const step = { stored, before, after: reduceRound(before, stored.event, estimator).state };
    before = step.after;
    return step;
  });
}
