/**
 * One dimension of a shape: a number, or a polynomial over symbols in canonical form (`seq`, `batch*seq`, `64*batch`,
 * `2+768*rank_1`). Two dimensions are equal exactly when they are `===`.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** One summand of a dimension: `64*batch*seq` is 64 and [batch, seq]. */
export interface Term {
  readonly coefficient: number;
  readonly symbols: readonly string[];
}

/** Product of dimensions. */
export function multiplyDims(dims: Shape): Dim {
  const one: readonly Term[] = [{ coefficient: 1, symbols: [] }];
  const product = dims.reduce<readonly Term[]>((left, dim) => {
    const right = termsOf(dim);
    return left.flatMap((a) =>
      right.map((b) => ({
        coefficient: a.coefficient * b.coefficient,
        symbols: [...a.symbols, ...b.symbols],
      })),
    );
  }, one);
  return format(product);
}

/** Sum of dimensions. */
export function addDims(dims: Shape): Dim {
  return format(dims.flatMap(termsOf));
}

/** `total / divisor`, or undefined when it does not divide evenly for every value of the symbols. */
export function divideDims(total: Dim, divisor: Dim): Dim | undefined {
  if (total === divisor && total !== 0) return 1;
  const [term, ...others] = termsOf(divisor);
  if (!term || others.length > 0) return undefined;
  const quotients = termsOf(total).map((dividend) => divideTerm(dividend, term));
  if (quotients.some((quotient) => quotient === undefined)) return undefined;
  return format(quotients.filter((quotient) => quotient !== undefined));
}

function divideTerm(dividend: Term, { coefficient, symbols }: Term): Term | undefined {
  if (dividend.coefficient % coefficient !== 0) return undefined;
  const rest = [...dividend.symbols];
  for (const symbol of symbols) {
    const index = rest.indexOf(symbol);
    if (index < 0) return undefined;
    rest.splice(index, 1);
  }
  return { coefficient: dividend.coefficient / coefficient, symbols: rest };
}

/** The summands of a dimension; none of 0. */
export function termsOf(dim: Dim): readonly Term[] {
  if (typeof dim === 'number') return dim === 0 ? [] : [{ coefficient: dim, symbols: [] }];
  return dim.split('+').map((text) => {
    const factors = text.split('*');
    const numeric = factors.filter((factor) => /^\d+$/.test(factor));
    return {
      coefficient: numeric.reduce((product, factor) => product * Number(factor), 1),
      symbols: factors.filter((factor) => !/^\d+$/.test(factor)),
    };
  });
}

/** Like terms added up, in order of their symbols; a number when no symbol is left. */
function format(terms: readonly Term[]): Dim {
  const coefficients = new Map<string, number>();
  for (const { coefficient, symbols } of terms) {
    const key = symbols.toSorted().join('*');
    coefficients.set(key, (coefficients.get(key) ?? 0) + coefficient);
  }
  const kept = [...coefficients]
    .filter(([, coefficient]) => coefficient !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (kept.every(([key]) => key === '')) return kept[0]?.[1] ?? 0;
  return kept.map(([key, coefficient]) => formatTerm(key, coefficient)).join('+');
}

function formatTerm(key: string, coefficient: number): string {
  if (key === '') return String(coefficient);
  return coefficient === 1 ? key : `${coefficient}*${key}`;
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
