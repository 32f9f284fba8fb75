import { setImmediate } from 'node:timers/promises';
import { BatchQueue } from '../../pacing/batch-queue.ts';
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
  /** A transaction begins with everything that has arrived by then. */
  readonly #queue = new BatchQueue<AnyWrite>((batch) => this.#transact(batch), setImmediate);
  #closed = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Resolves when it is durable. A transaction that fails rejects all that is in it. */
  add<Input, Output>(operation: WriteOperation<Input, Output>, input: Input): Promise<Output> {
    if (this.#closed) return Promise.reject(new Error('The store is closed.'));
    return new Promise<Output>((resolve, reject) => {
      // One operation has one type of input and of output.
      this.#queue.add({ operation, input, resolve, reject } as Write<Input, Output> as unknown as AnyWrite);
    });
  }

  /** Takes nothing more and resolves when all is written or has failed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue.settled();
  }

  async #transact(batch: readonly AnyWrite[]): Promise<readonly AnyWrite[]> {
    const writes = batch.slice(0, INPUTS_PER_TRANSACTION);
    try {
      // Callers are told after the commit.
      const outcomes = await this.#session.write(async (db) => {
        const outcomes: Outcome<unknown>[] = [];
        for (const group of groupByOperation(writes)) outcomes.push(...(await carryOut(db, group)));
        return outcomes;
      });
      for (const [index, write] of writes.entries()) settle(write, outcomes[index]);
    } catch (error) {
      for (const { reject } of writes) reject(error);
    }
    return batch.slice(writes.length);
  }
}

interface Write<Input, Output> {
  readonly operation: WriteOperation<Input, Output>;
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (reason: unknown) => void;
}

/** A write whatever it writes. */
type AnyWrite = Write<unknown, unknown>;

/** Neighbours that are written by the same operation. */
function groupByOperation(writes: readonly AnyWrite[]): readonly (readonly [AnyWrite, ...AnyWrite[]])[] {
  const groups: [AnyWrite, ...AnyWrite[]][] = [];
  for (const write of writes) {
    const last = groups.at(-1);
    if (last?.[0].operation === write.operation) last.push(write);
    else groups.push([write]);
  }
  return groups;
}

async function carryOut(
  db: Db,
  group: readonly [AnyWrite, ...AnyWrite[]],
): Promise<readonly Outcome<unknown>[]> {
  const inputs = group.map(({ input }) => input);
  const outcomes = await group[0].operation(db, inputs);
  if (outcomes.length === inputs.length) return outcomes;
  throw new Error(`A write of ${inputs.length} inputs came to ${outcomes.length} outcomes.`);
}

function settle({ resolve, reject }: AnyWrite, outcome: Outcome<unknown> | undefined): void {
  if (outcome === undefined) reject(new Error('A write came to no outcome.'));
  else if ('fault' in outcome) reject(outcome.fault);
  else resolve(outcome.value);
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
