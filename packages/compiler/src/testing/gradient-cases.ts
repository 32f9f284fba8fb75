import { readFileSync } from 'node:fs';
import type { Attributes, ConstantData, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { OpType } from '../ops/op-signatures.ts';

/** One op with PyTorch's result and gradients: written by testdata/gradients/make.py. */
export interface GradientCase {
  readonly op: OpType;
  readonly name: string;
  readonly attributes: Attributes;
  readonly inputs: readonly (ConstantData | null)[];
  readonly outputs: readonly ConstantData[];
  readonly outputGradients: readonly ConstantData[];
  readonly inputGradients: readonly (ConstantData | null)[];
}

const file = new URL('../../../../testdata/gradients/gradients.json', import.meta.url);

export const gradientCases: readonly GradientCase[] = JSON.parse(readFileSync(file, 'utf8')).cases;

/**
 * The case as a graph with outputs `y<i>` and the scalar `loss` = Σ outputs∘outputGradients. Integer inputs are
 * constants, as in the graphs that models build; `parameters` are the inputs that have a gradient, by index.
 */
export function buildCase(testCase: GradientCase): {
  b: GraphBuilder;
  loss: Value;
  parameters: ReadonlyMap<number, Value>;
  feeds: Readonly<Record<string, ConstantData>>;
} {
  const b = new GraphBuilder();
  const parameters = new Map<number, Value>();
  const feeds: Record<string, ConstantData> = {};
  const inputs = testCase.inputs.map((tensor, index) => {
    if (!tensor) return null;
    if (!testCase.inputGradients[index]) return b.constant(tensor.dtype, tensor.dims, tensor.data);
    const value = b.input(`x${index}`, tensor.dtype, tensor.dims);
    feeds[value.name] = tensor;
    parameters.set(index, value);
    return value;
  });
  const outputs = b.nodeOutputs(testCase.op, inputs, { attributes: testCase.attributes });
  const terms = testCase.outputGradients.map((gradient, index) => {
    const output = outputs[index] as Value;
    b.output(`y${index}`, output);
    const weighted = b.Mul(output, b.constant('float32', gradient.dims, gradient.data));
    return b.ReduceSum(
      weighted,
      weighted.shape.map((_, axis) => axis),
      0,
    );
  });
  const loss = terms.reduce((sum, term) => b.Add(sum, term));
  b.output('loss', loss);
  return { b, loss, parameters, feeds };
}
