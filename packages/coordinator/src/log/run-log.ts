import type { CapacityEstimator, RoundEvent } from '@legend-fl/method';
import type { RunStore, StoredRound } from '../store/store.ts';
import { EventQueue, type Outcome } from './event-queue.ts';
import type { CheckedStep, DueSnapshot, RunProgress } from './run-progress.ts';
import { SnapshotSaver } from './snapshot-saver.ts';

/** Whoever follows a run's log. */
export interface LogFollower {
  /** A step is stored, and the progress has taken it over. */
  onStep(step: CheckedStep): void;
  /** All steps that were stored together have been taken over. */
  onSteps(): void;
  /** A snapshot has replaced what it covers of the log. */
  onSnapshot(): Promise<void>;
  /** Why a snapshot cannot be saved at present; null once it is. */
  onBlocked(reason: string | null): void;
  /** A snapshot can never be saved. */
  onFault(error: unknown): void;
}

/** The log of one run: an event is checked, stored, and only then changes where the run stands. */
export class RunLog {
  readonly #run: string;
  readonly #store: RunStore;
  readonly #queue: EventQueue<CheckedStep>;
  readonly #saver: SnapshotSaver;

  /** @param due snapshots that a crash has kept from being saved */
  constructor(
    {
      run,
      store,
      progress,
      estimator,
      now,
      due,
    }: {
      readonly run: string;
      readonly store: RunStore;
      readonly progress: RunProgress;
      readonly estimator: CapacityEstimator;
      readonly now: () => number;
      readonly due: readonly DueSnapshot[];
    },
    follower: LogFollower,
  ) {
    this.#run = run;
    this.#store = store;
    this.#saver = new SnapshotSaver({
      save: ({ snapshot, finished }) => store.saveSnapshot(run, snapshot, finished),
      onSaved: () => follower.onSnapshot(),
      onBlocked: (reason) => follower.onBlocked(reason),
      onFault: (error) => follower.onFault(error),
    });
    this.#queue = new EventQueue({
      estimator,
      now,
      position: () => progress,
      append: (events) => store.appendEvents(run, events),
      loadAfter: async (sequence) =>
        (await store.loadProgress(run)).events.filter((event) => event.sequence > sequence),
      check: (step) => progress.check(step),
      commit: (steps) => {
        for (const step of steps) {
          this.#saver.add(progress.note(step));
          follower.onStep(step);
        }
        follower.onSteps();
      },
    });
    this.#saver.add(due);
  }

  /** Hands an event to the reducer; see `EventQueue`. */
  submit(event: RoundEvent, details: unknown = null): Promise<Outcome> {
    return this.#queue.submit(event, details);
  }

  /** The finished rounds, with those of which only the log knows yet. */
  async listRounds(): Promise<readonly StoredRound[]> {
    const due = this.#saver.due.flatMap(({ finished }) => finished ?? []);
    const stored = await this.#store.listRounds(this.#run);
    const last = stored.at(-1);
    return [...stored, ...due.filter(({ round }) => last === undefined || round > last.round)];
  }

  /** Whether a snapshot that is not saved yet needs a blob. */
  needsBlob(sha256: string): boolean {
    return this.#saver.due.some(({ snapshot }) => snapshot.globalSha256 === sha256);
  }

  /** Stores what has come in; the next start goes on from there. */
  async close(): Promise<void> {
    await this.#queue.settled();
    await this.#saver.stop();
  }
}
