/**
 * One dimension of a shape: a number, or a monomial over symbols in canonical form (`seq`, `batch*seq`,
 * `64*batch`). Two dimensions are equal exactly when they are `===`.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];

interface Monomial {
  readonly coefficient: number;
  readonly symbols: readonly string[];
}

/** Product of dimensions, canonical: a number when no symbol is left. */
export function multiplyDims(dims: Shape): Dim {
  let coefficient = 1;
  const symbols: string[] = [];
  for (const monomial of dims.map(parse)) {
    coefficient *= monomial.coefficient;
    symbols.push(...monomial.symbols);
  }
  return format({ coefficient, symbols });
}

/** `total / divisor`, or undefined when it does not divide evenly for every value of the symbols. */
export function divideDims(total: Dim, divisor: Dim): Dim | undefined {
  const dividend = parse(total);
  const { coefficient, symbols } = parse(divisor);
  if (coefficient === 0 || dividend.coefficient % coefficient !== 0) return undefined;
  const rest = [...dividend.symbols];
  for (const symbol of symbols) {
    const index = rest.indexOf(symbol);
    if (index < 0) return undefined;
    rest.splice(index, 1);
  }
  return format({ coefficient: dividend.coefficient / coefficient, symbols: rest });
}

/** Sum of dimensions along a concatenated axis; equal monomials add up, anything else is undefined. */
export function addDims(dims: Shape): Dim | undefined {
  const terms = dims.map(parse).filter((term) => term.coefficient !== 0);
  const symbols = terms[0]?.symbols ?? [];
  if (terms.some((term) => term.symbols.join('*') !== symbols.join('*'))) return undefined;
  return format({ coefficient: terms.reduce((sum, term) => sum + term.coefficient, 0), symbols });
}

/** The coefficient and the symbols of a dimension: `64*batch*seq` is 64 and [batch, seq]. */
export function parse(dim: Dim): Monomial {
  if (typeof dim === 'number') return { coefficient: dim, symbols: [] };
  const factors = dim.split('*');
  const numeric = factors.filter((factor) => /^\d+$/.test(factor));
  return {
    coefficient: numeric.reduce((product, factor) => product * Number(factor), 1),
    symbols: factors.filter((factor) => !/^\d+$/.test(factor)).sort(),
  };
}

function format({ coefficient, symbols }: Monomial): Dim {
  if (symbols.length === 0 || coefficient === 0) return coefficient;
  const product = [...symbols].sort().join('*');
  return coefficient === 1 ? product : `${coefficient}*${product}`;
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
