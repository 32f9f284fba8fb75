import { InputError } from '@legend-fl/base';
import type { Stragglers } from '../planning/optimal-configuration.ts';
import type { RankOptions } from '../ranks/rank-distribution.ts';
import type { RankSharing } from '../ranks/ranks-by-depth.ts';
import type { InitialAdapter } from './strategy.ts';

/** What a person may set. Each strategy takes from it what concerns it. */
export interface StrategyOptions {
  readonly ranks?: RankOptions;
  /** α_l / r_l, the factor of B·A, the same for all blocks. */
  readonly alphaPerRank?: number;
  /** `greedy` by default. */
  readonly planner?: Planner;
  /** Of the greedy planner; `fastest` by default. `trimmed` concerns the optimal planner and fedquad too. */
  readonly deadline?: Deadline;
  /** Of the optimal planner; `wait` by default. */
  readonly stragglers?: Stragglers;
  /** `shared` by default. */
  readonly rankSharing?: RankSharing;
}

/**
 * How legend finds depths.
 *
 * - `greedy`: the deepest that fits a deadline, see `Deadline`.
 * - `optimal`: the greatest expected progress per second, see `configureOptimally`.
 * - `full`: all blocks on every device that holds them. With increasing ranks this is legend without adaptive depth.
 *   (Without the rank distribution, but with adaptive depth, is `greedy` with uniform ranks.)
 */
export type Planner = 'greedy' | 'optimal' | 'full';

/**
 * The deadline that the greedy planner fits depths to.
 *
 * - `shared`, see `configureGreedily`: the first round time of a uniform depth that the fastest device can use at its
 *   greatest depth. Promises no more waiting than uniform depth in the same time, and fills what time a straggler takes
 *   with depth; costs traffic, and rounds can be longer.
 * - `fastest`, see `configureToFastest`: the time of the fastest device at its greatest depth. Promises that no round is
 *   longer and nobody sends more than with `shared`; costs depth, and waiting can be longer.
 * - `trimmed`, see `configureToTrimmed`: the time of the fastest devices for all blocks, the fastest tenth left out of
 *   account. Promises that no single device, by false claims or little memory, lowers the depth of the others; rounds are
 *   longer than with `fastest`. The other strategies and planners that fit devices to a deadline have it decided by the
 *   middle of the fleet too, see `configureOptimally` and `fedquad`.
 */
export type Deadline = 'shared' | 'fastest' | 'trimmed';

export interface ResolvedOptions {
  readonly ranks: RankOptions;
  readonly alphaPerRank: number;
  readonly planner: Planner;
  readonly deadline: Deadline;
  readonly stragglers: Stragglers;
  readonly rankSharing: RankSharing;
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
    planner = 'greedy',
    deadline = 'fastest',
    stragglers = 'wait',
    rankSharing = 'shared',
  } = options;
  if (!(alphaPerRank > 0 && alphaPerRank < Number.POSITIVE_INFINITY)) {
    throw invalidOption('alphaPerRank', 'a finite number above zero', alphaPerRank);
  }
  requireOneOf('planner', planner, ['greedy', 'optimal', 'full']);
  requireOneOf('deadline', deadline, ['shared', 'fastest', 'trimmed']);
  requireOneOf('stragglers', stragglers, ['wait', 'leave']);
  requireOneOf('rankSharing', rankSharing, ['shared', 'per-device']);
  return {
    ranks,
    alphaPerRank,
    planner,
    deadline,
    stragglers,
    rankSharing,
  };
}

/**
 * α_l = (α/r)·r_l (ours): with the same factor α_l/r_l everywhere, one learning rate moves blocks of small and of
 * large rank alike.
 */
export function initialLora(ranks: readonly number[], { alphaPerRank }: ResolvedOptions): InitialAdapter {
  return { kind: 'lora', ranks, alphas: ranks.map((rank) => alphaPerRank * rank) };
}

/** For options from files, which types don't check. */
function requireOneOf<Choice extends string>(name: string, value: Choice, choices: readonly Choice[]): void {
  if (!choices.includes(value)) throw invalidOption(name, `one of ${choices.join(', ')}`, value);
}

function invalidOption(name: string, expected: string, got: number | string): InputError {
  return new InputError({
    code: 'option-invalid',
    expected,
    got: String(got),
    where: `strategy option ${name}`,
    todo: 'Correct it, or leave it out for the default.',
  });
}
