import type { Random } from '@legend-fl/base';
import type { Node, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * A program of 24 random operations on the inputs x and y, all values [2, 4, 4]: every other one repeats an earlier node;
 * there are products of matrices with swapped axes, GELUs of shared values, and nodes that `result` does not need.
 */
export function randomProgram(random: Random): { b: GraphBuilder; inputs: readonly Value[]; result: Value } {
  const b = new GraphBuilder();
  const [x, y] = [b.input('x', 'float32', [2, 4, 4]), b.input('y', 'float32', [2, 4, 4])];
  const base = b.Sub(b.Gelu(x), y);
  const values = [x, y, base];
  const any = (): Value => values[random.integer(values.length)] as Value;
  const swapped = (value: Value): Value => b.Transpose(value, [0, 2, 1]);
  const kinds: readonly (() => Value)[] = [
    () => b.Add(any(), any()),
    () => b.Sub(any(), any()),
    () => b.Tanh(b.Mul(any(), any())),
    () => b.Gelu(any()),
    () => b.Gelu(any(), 'tanh'),
    () => b.Softmax(any(), random.integer(3)),
    () => swapped(any()),
    () => b.Tanh(b.MatMul(swapped(any()), any())),
    () => b.Tanh(b.MatMul(any(), swapped(any()))),
    () => b.Tanh(b.MatMul(swapped(any()), swapped(any()))),
  ];
  for (let step = 0; step < 12; step++) {
    values.push((kinds[random.integer(kinds.length)] as () => Value)());
    const { op, inputs, attributes } = b.nodes[random.integer(b.nodes.length)] as Node;
    values.push(b.node(op, inputs, { attributes }));
  }
  const last = b.Mul(values.at(-1) as Value, values.at(-2) as Value);
  return { b, inputs: [x, y], result: b.Add(b.Add(any(), last), base) };
}
