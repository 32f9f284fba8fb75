import { setImmediate } from 'node:timers/promises';
import type { Session } from './session.ts';
import type { Db } from './tables.ts';

/** What came of one input: a fault is the input's own, has changed nothing and concerns nobody else. */
export type Outcome<Output> = { readonly value: Output } | { readonly fault: Error };

/**
 * Carries out inputs in their order, within a transaction; one outcome for each. What it throws undoes the whole
 * transaction. It is told apart from others by identity.
 */
export type WriteOperation<Input, Output> = (
  db: Db,
  inputs: readonly Input[],
) => Promise<readonly Outcome<Output>[]>;

/** Inputs of one transaction: keeps it to some megabytes and its reader's wait short. */
const INPUTS_PER_TRANSACTION = 2000;

/**
 * Puts everything that is to be written into one order and into as few transactions as it can (group commit): what
 * comes while one is being written goes into the next. So thousands of callers share one flush to the disk.
 */
export class WriteQueue {
  readonly #session: Session;
  #groups: AnyGroup[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Resolves when it is durable. A transaction that fails rejects all that is in it. */
  add<Input, Output>(operation: WriteOperation<Input, Output>, input: Input): Promise<Output> {
    if (this.#closed) return Promise.reject(new Error('The store is closed.'));
    return new Promise((resolve, reject) => {
      this.#groupFor(operation).add({ input, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Takes nothing more and resolves when all is written or has failed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }

  #groupFor<Input, Output>(operation: WriteOperation<Input, Output>): Group<Input, Output> {
    const last = this.#groups.at(-1);
    // One operation has one type of input and of output.
    if (last?.operation === operation && last.size < INPUTS_PER_TRANSACTION) {
      return last as unknown as Group<Input, Output>;
    }
    const group = new Group(operation);
    this.#groups.push(group);
    return group;
  }

  async #writeAll(): Promise<void> {
    while (this.#groups.length > 0) {
      // Lets everything in that has arrived by now.
      await setImmediate();
      const groups = this.#takeGroups();
      try {
        const settlements = await this.#session.write(async (db) => {
          const settlements: (() => void)[] = [];
          for (const group of groups) settlements.push(await group.carryOut(db));
          return settlements;
        });
        for (const settle of settlements) settle();
      } catch (error) {
        for (const group of groups) group.reject(error);
      }
    }
    this.#writing = undefined;
  }

  #takeGroups(): AnyGroup[] {
    let inputs = 0;
    const end = this.#groups.findIndex(({ size }, index) => {
      inputs += size;
      return index > 0 && inputs > INPUTS_PER_TRANSACTION;
    });
    return this.#groups.splice(0, end === -1 ? this.#groups.length : end);
  }
}

interface Entry<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (reason: unknown) => void;
}

/** A group whatever it writes. */
interface AnyGroup {
  readonly operation: unknown;
  readonly size: number;
  carryOut(db: Db): Promise<() => void>;
  reject(reason: unknown): void;
}

/** Neighbours in the queue that are written by the same operation. */
class Group<Input, Output> implements AnyGroup {
  readonly operation: WriteOperation<Input, Output>;
  readonly #entries: Entry<Input, Output>[] = [];

  constructor(operation: WriteOperation<Input, Output>) {
    this.operation = operation;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(entry: Entry<Input, Output>): void {
    this.#entries.push(entry);
  }

  /** Returns how to tell the callers, which is for after the commit. */
  async carryOut(db: Db): Promise<() => void> {
    const outcomes = await this.operation(
      db,
      this.#entries.map(({ input }) => input),
    );
    return () => {
      for (const [index, { resolve, reject }] of this.#entries.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new Error('A write came to no outcome.'));
        else if ('fault' in outcome) reject(outcome.fault);
        else resolve(outcome.value);
      }
    };
  }

  reject(reason: unknown): void {
    for (const entry of this.#entries) entry.reject(reason);
  }
}

/** An operation that takes its inputs one at a time. */
export function oneByOne<Input, Output>(
  write: (db: Db, input: Input) => Promise<Outcome<Output>>,
): WriteOperation<Input, Output> {
  return async (db, inputs) => {
    const outcomes: Outcome<Output>[] = [];
    for (const input of inputs) outcomes.push(await write(db, input));
    return outcomes;
  };
}

export const done = { value: undefined };
