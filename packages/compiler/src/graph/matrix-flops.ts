import { itemAt } from '@legend-fl/base';
import { CompileError } from './compile-error.ts';
import { type Dim, termsOf } from './dim.ts';
import type { Graph, Node } from './graph.ts';

/**
 * Floating-point operations of the graph's matrix products, 2·rows·inner·columns each.
 * @param symbols the value of every symbolic dimension
 */
export function countMatrixFlops(graph: Graph, symbols: Readonly<Record<string, number>>): number {
  return graph.nodes.reduce((sum, node) => sum + productFlops(node, symbols), 0);
}

function productFlops(node: Node, symbols: Readonly<Record<string, number>>): number {
  if (node.op !== 'MatMul' && node.op !== 'Gemm' && node.op !== 'FusedMatMul') return 0;
  const left = itemAt(node.inputs, 0);
  if (left === null) throw new CompileError(`${node.op} has no left factor`);
  const inner = itemAt(left.shape, node.attributes.transA === 1 ? -2 : -1);
  const output = itemAt(node.outputs, 0).shape;
  return 2 * [...output, inner].reduce<number>((product, dim) => product * lengthOf(dim, symbols), 1);
}

function lengthOf(dim: Dim, symbols: Readonly<Record<string, number>>): number {
  const numberFor = (symbol: string): number => {
    const value = symbols[symbol];
    if (value === undefined) throw new CompileError(`the symbol ${symbol} has no value`);
    return value;
  };
  return termsOf(dim).reduce(
    (sum, term) =>
      sum + term.symbols.reduce((product, symbol) => product * numberFor(symbol), term.coefficient),
    0,
  );
}
