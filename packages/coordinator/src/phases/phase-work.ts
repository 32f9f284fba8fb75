import type { RoundEvent } from '@legend-fl/method';
import type { RunProgress } from '../log/run-progress.ts';
import type { RunResources } from '../settings/run-resources.ts';
import type { RunSettings } from '../settings/run-settings.ts';
import type { RunTensors } from '../settings/run-tensors.ts';
import type { Environment } from './run-context.ts';

/**
 * What carrying out a phase of a run takes. What its functions are asked for they try until it is done, while the run
 * is on hold; they reject when `signal` aborts, as the phase is over or the coordinator stops.
 */
export interface PhaseWork {
  readonly run: string;
  readonly settings: RunSettings;
  readonly environment: Environment;
  readonly progress: RunProgress;
  readonly signal: AbortSignal;
  resources(): Promise<RunResources>;
  /** The tensors that the run has come to. */
  tensors(): Promise<RunTensors>;
  /** Writes a blob that is needed until the phase is over at least. @returns its hash */
  write(content: Uint8Array): Promise<string>;
  /** Hands in an event of the driver's own. */
  report(event: RoundEvent, details?: unknown): Promise<void>;
  /** Anything else that may fail for a while. */
  persist<Result>(action: () => Promise<Result>): Promise<Result>;
}
