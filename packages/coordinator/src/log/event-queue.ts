import {
  type CapacityEstimator,
  type RejectCode,
  type RoundEvent,
  type RoundState,
  type RoundStep,
  reduceRound,
} from '@legend-fl/method';
import { BatchQueue } from '../pacing/batch-queue.ts';
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

/**
 * What the queue leaves to its run.
 * @typeParam Checked a step of which it is known that it can be taken over
 */
export interface EventQueueOptions<Checked> {
  readonly estimator: CapacityEstimator;
  readonly now: () => number;
  /** Where the run stands, as far as it is stored. */
  readonly position: () => { readonly state: RoundState; readonly sequence: number };
  /** Makes events durable, all or none of them. */
  readonly append: (events: readonly StoredEvent[]) => Promise<void>;
  /** Events after `sequence` that are stored after all, where an append has failed without saying how far it came. */
  readonly loadAfter: (sequence: number) => Promise<readonly StoredEvent[]>;
  /** Works out what a step will change. Throws where it cannot be taken over: its event is not stored then. */
  readonly check: (step: StoredStep) => Checked;
  /** Takes over stored events: from now on they are where the run stands. */
  readonly commit: (steps: readonly Checked[]) => void;
}

interface Waiting {
  readonly event: RoundEvent;
  readonly details: unknown;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

interface Answered {
  readonly waiting: Waiting;
  readonly outcome: Outcome;
}

/**
 * The events of one run, one after the other through the reducer. Those that come while others are being stored are
 * stored together. What an event changes is seen by nobody before it is stored; one that changes nothing never is.
 */
export class EventQueue<Checked> {
  readonly #options: EventQueueOptions<Checked>;
  readonly #queue = new BatchQueue<Waiting>((batch) => this.#process(batch));
  /** An append has failed: whether its events are stored is not known. */
  #unsure = false;

  constructor(options: EventQueueOptions<Checked>) {
    this.#options = options;
  }

  /**
   * Resolves when the event is stored, or known not to count.
   * @param details JSON that is stored with it
   * @throws what storing or checking threw: the event has changed nothing; the reducer's Error about an event that does
   *   not fit
   */
  submit(event: RoundEvent, details: unknown = null): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.add({ event, details, resolve, reject });
    });
  }

  /** When everything submitted so far has been answered. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }

  /** @returns the events that are left for the next phase */
  async #process(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      if (this.#unsure) await this.#resynchronise();
      const { stored, checked, answered, rest } = this.#reduce(batch);
      await this.#store(stored, checked, answered);
      return rest;
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return [];
    }
  }

  async #store(
    stored: readonly StoredEvent[],
    checked: readonly Checked[],
    answered: readonly Answered[],
  ): Promise<void> {
    if (stored.length > 0) {
      this.#unsure = true;
      try {
        await this.#options.append(stored);
      } catch (error) {
        for (const { waiting } of answered) waiting.reject(error);
        return;
      }
      this.#unsure = false;
      this.#options.commit(checked);
    }
    for (const { waiting, outcome } of answered) waiting.resolve(outcome);
  }

  /** What the reducer makes of events, up to the first that enters another phase: a check looks at whole phases. */
  #reduce(batch: readonly Waiting[]) {
    const { estimator, now, position, check } = this.#options;
    let { state, sequence } = position();
    const stored: StoredEvent[] = [];
    const checked: Checked[] = [];
    const answered: Answered[] = [];
    for (const [index, waiting] of batch.entries()) {
      const { event, details, reject } = waiting;
      try {
        const step = reduceRound(state, event, estimator);
        const outcome = outcomeOf(state, step);
        if (outcome.status === 'counted') {
          const next = { sequence: sequence + 1, at: now(), event, details };
          checked.push(check({ stored: next, before: state, after: step.state }));
          stored.push(next);
          sequence++;
        }
        answered.push({ waiting, outcome });
        const hasEnteredPhase = step.state.phase !== state.phase;
        state = step.state;
        if (hasEnteredPhase) return { stored, checked, answered, rest: batch.slice(index + 1) };
      } catch (error) {
        reject(error);
      }
    }
    return { stored, checked, answered, rest: [] };
  }

  async #resynchronise(): Promise<void> {
    const { loadAfter, position, check, commit, estimator } = this.#options;
    const stored = await loadAfter(position().sequence);
    // One at a time: what a check looks at has been taken over before.
    for (const step of replay(position().state, stored, estimator)) commit([check(step)]);
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
