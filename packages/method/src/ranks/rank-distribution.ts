import { InputError, itemAt } from '@legend-fl/base';

/** Ranks that grow towards the output (`increasing`), stay the same, or fall. */
export type ProgressionOptions = {
  readonly kind: 'increasing' | 'uniform' | 'decreasing';
  /** r_min ≥ 1, at the end with the smaller ranks. */
  readonly min?: number;
  /** r_max, at the other end. */
  readonly max?: number;
  /** φ = Σ r_l. */
  readonly total?: number;
};

export type CustomRanks = {
  readonly kind: 'custom';
  /** From block 1; 0 for a block that carries no LoRA. */
  readonly values: readonly number[];
};

export type RankOptions = ProgressionOptions | CustomRanks;

/**
 * The rank of every block, from block 1. Source: higher ranks close to the output (paper); the form is ours:
 *
 *   x_l = r_min + (r_max - r_min)·(l-1)/(L-1),   Σ x_l = L·(r_min + r_max)/2 = φ
 *
 * so two of r_min, r_max and φ give the third; φ alone takes r_min = max(1, φ/2L), half the mean. `uniform` is
 * r_min = r_max, given by any of the three. x is rounded to whole ranks by largest remainder, larger ranks first among
 * equals, which keeps the order, meets φ exactly (without φ, the rounded sum), and leaves whole r_min and r_max as
 * they are. Where L does not divide φ, uniform ranks differ by one.
 *
 * Custom ranks are taken as they are. A block of rank 0 counts towards depth like any other, but has nothing to train.
 *
 * Throws InputError `ranks-invalid` for ranks below 1 (custom: below 0, or all 0), figures that are not whole, too few,
 * or in contradiction.
 */
export function rankDistribution(options: RankOptions, blocks: number): readonly number[] {
  requireWhole({ blocks });
  if (options.kind === 'custom') return customRanks(options.values, blocks);
  return distribute(options.kind, endsOf(options, blocks), blocks, options.total);
}

/** The same progression from r_min to r_max over `depth` blocks only, with φ in proportion. Throws as `rankDistribution`. */
export function ownRanks(options: ProgressionOptions, blocks: number, depth: number): readonly number[] {
  requireWhole({ blocks, depth });
  return distribute(options.kind, endsOf(options, blocks), depth);
}

function distribute(
  kind: ProgressionOptions['kind'],
  { min, max }: Ends,
  blocks: number,
  total = Math.round((blocks * (min + max)) / 2),
): readonly number[] {
  const progression = Array.from({ length: blocks }, (_, index) =>
    blocks === 1 ? (min + max) / 2 : min + ((max - min) * index) / (blocks - 1),
  );
  const ranks = roundToTotal(progression, total);
  return kind === 'decreasing' ? ranks.reverse() : ranks;
}

function endsOf(options: ProgressionOptions, blocks: number): Ends {
  const { min, max, total } = options;
  requireWhole({ min, max, total });
  const ends = options.kind === 'uniform' ? uniformEnds(options, blocks) : progressionEnds(options, blocks);
  const sum = (blocks * (ends.min + ends.max)) / 2;
  if (ends.min >= 1 && ends.min <= ends.max && Math.abs((total ?? sum) - sum) <= 0.5) return ends;
  throw invalidRanks('1 ≤ min ≤ max and total = blocks·(min + max)/2', describe(options, blocks));
}

interface Ends {
  readonly min: number;
  readonly max: number;
}

function progressionEnds(options: ProgressionOptions, blocks: number): Ends {
  const { min, max, total } = options;
  if (min !== undefined && max !== undefined) return { min, max };
  if (total === undefined)
    throw invalidRanks('two of min, max and total, or total', describe(options, blocks));
  const mean = total / blocks;
  const smaller = min ?? (max === undefined ? Math.max(1, mean / 2) : 2 * mean - max);
  return { min: smaller, max: max ?? 2 * mean - smaller };
}

function uniformEnds(options: ProgressionOptions, blocks: number): Ends {
  const { min, max, total } = options;
  const rank = min ?? max ?? (total === undefined ? undefined : total / blocks);
  if (rank === undefined || (max ?? rank) !== rank) {
    throw invalidRanks('one rank, as min, max or total', describe(options, blocks));
  }
  return { min: rank, max: rank };
}

/** Rounds a non-decreasing sequence to whole numbers of the given sum: the largest fractions go up. */
function roundToTotal(values: readonly number[], total: number): number[] {
  const rounded = values.map(Math.floor);
  const fraction = (index: number) => itemAt(values, index) - itemAt(rounded, index);
  const largestFirst = values.map((_, index) => index).sort((a, b) => fraction(b) - fraction(a) || b - a);
  const missing = total - rounded.reduce((sum, value) => sum + value, 0);
  const raised = new Set(largestFirst.slice(0, missing));
  return rounded.map((value, index) => (raised.has(index) ? value + 1 : value));
}

function customRanks(values: readonly number[], blocks: number): readonly number[] {
  if (values.length !== blocks) {
    throw invalidRanks(`one rank for each of ${blocks} blocks`, `${values.length} ranks`);
  }
  for (const [index, rank] of values.entries()) requireWhole({ [`rank of block ${index + 1}`]: rank }, 0);
  if (values.some((rank) => rank > 0)) return [...values];
  throw invalidRanks('a block with a rank above 0', values.join(', '));
}

function requireWhole(figures: Readonly<Record<string, number | undefined>>, least = 1): void {
  for (const [name, value] of Object.entries(figures)) {
    if (value === undefined || (Number.isInteger(value) && value >= least)) continue;
    throw invalidRanks(`${name} to be a whole number from ${least}`, String(value));
  }
}

function describe({ kind, min, max, total }: ProgressionOptions, blocks: number): string {
  const figures = Object.entries({ min, max, total }).filter(([, value]) => value !== undefined);
  return `${kind} with ${figures.map(([name, value]) => `${name} ${value}`).join(', ') || 'none of them'} over ${blocks} blocks`;
}

function invalidRanks(expected: string, got: string): InputError {
  return new InputError({
    code: 'ranks-invalid',
    expected,
    got,
    where: 'rank distribution',
    todo: 'Correct the ranks, or leave them out for the default.',
  });
}
