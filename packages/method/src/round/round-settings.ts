import { InputError } from '@legend-fl/base';

/** How the rounds of one run go; fixed for the whole run. */
export interface RoundSettings {
  /** Number of rounds after which the run ends. */
  readonly rounds: number;
  /** The run ends with the first round whose accuracy, in (0, 1], is at least this; absent = run all rounds. */
  readonly targetAccuracy?: number;
  /** A round that closes with fewer updates is repeated. */
  readonly minimumUpdates: number;
  /** Updates that close a round before its deadline, at least `minimumUpdates` of them. */
  readonly needed: NeededUpdates;
  /** Times that a round is tried before the run is given up. */
  readonly maximumAttempts: number;
}

/** A number of updates, or a share in (0, 1] of the assigned devices; less than all of them is over-selection. */
export type NeededUpdates = { readonly count: number } | { readonly share: number };

/** Throws an InputError, code `round-settings-invalid`, about the first setting that makes no sense. */
export function checkRoundSettings(settings: RoundSettings): void {
  const { rounds, targetAccuracy, minimumUpdates, needed, maximumAttempts } = settings;
  requireCount('rounds', rounds);
  if (targetAccuracy !== undefined) requireShare('targetAccuracy', targetAccuracy);
  requireCount('minimumUpdates', minimumUpdates);
  if ('count' in needed) requireCount('needed.count', needed.count);
  else requireShare('needed.share', needed.share);
  requireCount('maximumAttempts', maximumAttempts);
}

function requireCount(where: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw invalid(where, 'a whole number from 1', value);
}

function requireShare(where: string, value: number): void {
  if (!(value > 0 && value <= 1)) throw invalid(where, 'a number above 0 and at most 1', value);
}

function invalid(where: string, expected: string, value: number): InputError {
  return new InputError({
    code: 'round-settings-invalid',
    expected,
    got: String(value),
    where,
    todo: 'Correct the setting and start the run again.',
  });
}
