import type { RoundEvent } from '@legend-fl/method';
import type { RunProgress } from '../log/run-progress.ts';
import type { WaitingPolls } from '../pacing/waiting-polls.ts';
import type { RunResources } from '../settings/run-resources.ts';
import type { RunSettings } from '../settings/run-settings.ts';
import type { RunTensors } from '../settings/run-tensors.ts';
import type { Attempt } from './attempt.ts';
import type { HeldOutTest } from './held-out-test.ts';
import type { RunContext } from './run-context.ts';

/**
 * What carrying out a phase of a run takes. Its functions try until they succeed, which the run shows as blocked; they
 * reject when `signal` aborts, as the phase is over or the coordinator stops, and with what trying again cannot mend.
 */
export interface PhaseWork {
  readonly run: string;
  readonly settings: RunSettings;
  readonly context: RunContext;
  readonly progress: RunProgress;
  /** What this phase has for devices. */
  readonly attempt: Attempt;
  readonly memory: RunMemory;
  readonly test: HeldOutTest;
  /** Woken when devices come, go or change. */
  readonly deviceChanges: WaitingPolls;
  readonly signal: AbortSignal;
  resources(): Promise<RunResources>;
  /** The tensors that the run has come to. */
  tensors(): Promise<RunTensors>;
  /** Writes a blob that is needed until the phase is over at least. @returns its hash */
  write(content: Uint8Array): Promise<string>;
  /** Anything else that may fail for a while. */
  retry<Result>(action: () => Promise<Result>): Promise<Result>;
  /** Tells people what the run waits for; empty when it does not. */
  waitFor(what: string): void;
}

/** What a run remembers from round to round until the coordinator stops. */
export interface RunMemory {
  /** Since when enough devices are there; undefined while they are not. */
  enoughSince: number | undefined;
  /** Devices that did not score in time when last asked: nobody waits for them. */
  readonly silent: Set<string>;
}

/** What a phase has come to: the event that ends it, and the details that are stored with it. */
export interface PhaseResult {
  readonly event: RoundEvent;
  readonly details?: unknown;
}
