import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDims, type Dim, divideDims, formatShape, multiplyDims, termsOf } from './dim.ts';

const symbol = fc.constantFrom('batch', 'seq', 'rank');
/** Dimensions in canonical form. */
const monomial = fc
  .tuple(fc.integer({ min: 1, max: 64 }), fc.array(symbol, { maxLength: 3 }))
  .map(([coefficient, symbols]) => multiplyDims([coefficient, ...symbols]));
const dim = fc.array(monomial, { minLength: 1, maxLength: 3 }).map(addDims);

/** The number that a dimension is when the symbols have these values. */
function evaluate(dim: Dim): number {
  const values: Record<string, number> = { batch: 2, seq: 7, rank: 5 };
  return termsOf(dim).reduce(
    (sum, { coefficient, symbols }) =>
      sum + symbols.reduce((product, name) => product * (values[name] ?? Number.NaN), coefficient),
    0,
  );
}

describe('multiplyDims', () => {
  test.each([
    [[], 1],
    [[2, 3], 6],
    [['seq', 'batch'], 'batch*seq'],
    [['seq', 4, 'batch', 16], '64*batch*seq'],
    [['2*seq', '3*seq'], '6*seq*seq'],
    [['batch', 0], 0],
    [['batch', 1], 'batch'],
  ] as const)('%j is %j', (dims, product) => {
    expect(multiplyDims(dims)).toBe(product);
  });

  test('the product does not depend on order or grouping and is the product of the values', () => {
    fc.assert(
      fc.property(fc.array(dim, { maxLength: 4 }), dim, (dims, last) => {
        const product = multiplyDims([...dims, last]);
        expect(multiplyDims([last, ...dims.toReversed()])).toBe(product);
        expect(multiplyDims([multiplyDims(dims), last])).toBe(product);
        expect(evaluate(product)).toBe(dims.map(evaluate).reduce((a, b) => a * b, evaluate(last)));
      }),
    );
  });

  test('a canonical dimension is its own product', () => {
    fc.assert(
      fc.property(dim, (canonical) => {
        expect(multiplyDims([canonical])).toBe(canonical);
      }),
    );
  });
});

describe('divideDims', () => {
  test('undoes a multiplication', () => {
    fc.assert(
      fc.property(dim, monomial, (a, b) => {
        expect(divideDims(multiplyDims([a, b]), b)).toBe(a);
      }),
    );
  });

  test.each([
    [6, 4],
    [6, 0],
    [6, 'seq'],
    ['batch', 'seq'],
    ['batch', 'batch*batch'],
    ['3*batch', '2*batch'],
    ['2+batch', '1+batch'],
  ] as const)('%j by %j does not divide evenly', (total, divisor) => {
    expect(divideDims(total, divisor)).toBeUndefined();
  });

  test('a quotient times the divisor is the total', () => {
    fc.assert(
      fc.property(dim, dim, (total, divisor) => {
        const quotient = divideDims(total, divisor);
        if (quotient !== undefined) expect(multiplyDims([quotient, divisor])).toBe(total);
      }),
    );
  });
});

describe('addDims', () => {
  test.each([
    [[], 0],
    [[2, 3, 4], 9],
    [['batch', 'batch'], '2*batch'],
    [['seq*batch', '2*batch*seq'], '3*batch*seq'],
    [[0, 'seq', 0], 'seq'],
    [['seq', 1], '1+seq'],
    [['seq', 'batch'], 'batch+seq'],
    [['seq*seq', 'seq', 2, 'seq'], '2+2*seq+seq*seq'],
  ] as const)('%j sums to %j', (dims, sum) => {
    expect(addDims(dims)).toBe(sum);
  });

  test('the sum does not depend on order or grouping and is the sum of the values', () => {
    fc.assert(
      fc.property(fc.array(dim, { maxLength: 4 }), dim, (dims, last) => {
        const sum = addDims([...dims, last]);
        expect(addDims([last, ...dims.toReversed()])).toBe(sum);
        expect(addDims([addDims(dims), last])).toBe(sum);
        expect(evaluate(sum)).toBe(dims.map(evaluate).reduce((a, b) => a + b, evaluate(last)));
      }),
    );
  });
});

test('a shape is shown as a list', () => {
  expect(formatShape([])).toBe('[]');
  expect(formatShape(['batch', 2, '4*seq'])).toBe('[batch, 2, 4*seq]');
});
