import type { RunContext } from '../phases/run-context.ts';
import { Refusal } from '../refusals/refusal.ts';
import type { RunTable } from '../runs/run-table.ts';
import type { UploadFolder } from '../store/uploads.ts';
import type { Journal } from '../watching/journal.ts';

/** What the services of a coordinator share: what its runs do, and the runs themselves. */
export interface CoordinatorContext extends RunContext {
  readonly runs: RunTable;
  readonly uploads: UploadFolder;
  readonly journal: Journal;
  /** Examples that devices hold, as they have told since this process started. */
  readonly examples: Map<string, number>;
  readonly counters: Counters;
  /** Set once; from then on nothing new is let in. */
  isStopping: boolean;
}

export type Counters = {
  -readonly [name in 'updatesAccepted' | 'updatesRejected' | 'bytesReceived']: number;
};

/** Throws Refusal `shutting-down` once the coordinator stops. */
export function requireOpen({ isStopping }: CoordinatorContext): void {
  if (isStopping)
    throw new Refusal('shutting-down', 'The coordinator is shutting down; try again in a moment.');
}
