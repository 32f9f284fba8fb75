import { InputError } from '@legend/base';
import type { RankOptions } from '../rank-distribution.ts';
import type { InitialRanks } from './strategy.ts';

/** What a person may set. Each strategy takes from it what concerns it. */
export interface StrategyOptions {
  readonly ranks?: RankOptions;
  /** α_l / r_l, the factor of B·A, the same for all blocks. */
  readonly alphaPerRank?: number;
  /** ε: a shorter round is planned while the mean predicted waiting time is above it. None by default. */
  readonly waitingBoundSeconds?: number;
}

export interface ResolvedOptions {
  readonly ranks: RankOptions;
  readonly alphaPerRank: number;
  readonly waitingBoundSeconds: number | null;
}

/** Ours: mean rank 8, the customary size, spread from half of it to one and a half. */
export const DEFAULT_RANKS: RankOptions = { kind: 'increasing', min: 4, max: 12 };

/** Ours: the customary α = 2r. */
export const DEFAULT_ALPHA_PER_RANK = 2;

/** Fills in defaults. Throws InputError `option-invalid`. */
export function resolveOptions(options: StrategyOptions): ResolvedOptions {
  const {
    ranks = DEFAULT_RANKS,
    alphaPerRank = DEFAULT_ALPHA_PER_RANK,
    waitingBoundSeconds = null,
  } = options;
  if (!(alphaPerRank > 0 && alphaPerRank < Number.POSITIVE_INFINITY)) {
    throw invalidOption('alphaPerRank', 'a finite number above zero', alphaPerRank);
  }
  if (waitingBoundSeconds !== null && !(waitingBoundSeconds >= 0)) {
    throw invalidOption('waitingBoundSeconds', 'a number of seconds from zero', waitingBoundSeconds);
  }
  return { ranks, alphaPerRank, waitingBoundSeconds };
}

/**
 * α_l = (α/r)·r_l (ours): with the same factor α_l/r_l everywhere, one learning rate moves blocks of small and of
 * large rank alike.
 */
export function createInitialRanks(
  ranks: readonly number[],
  { alphaPerRank }: ResolvedOptions,
): InitialRanks {
  return { ranks, alphas: ranks.map((rank) => alphaPerRank * rank) };
}

function invalidOption(name: string, expected: string, got: number): InputError {
  return new InputError({
    code: 'option-invalid',
    expected,
    got: String(got),
    where: `strategy option ${name}`,
    todo: 'Correct it, or leave it out for the default.',
  });
}
