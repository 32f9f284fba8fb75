import { CompileError } from '../graph/compile-error.ts';
import { formatShape } from '../graph/dim.ts';
import type { OpType } from '../ops/op-signatures.ts';
import { axisTypes } from './axis.ts';
import { elementwiseTypes } from './elementwise.ts';
import type { InferenceRule, InferredType, NodeArguments } from './inference-rule.ts';
import { lengthTypes } from './length.ts';
import { matrixTypes } from './matrix.ts';
import { movementTypes } from './movement.ts';
import { quantizationTypes } from './quantization.ts';

/** One rule per op; leaving one out does not compile. */
const rules: Record<OpType, InferenceRule> = {
  ...elementwiseTypes,
  ...axisTypes,
  ...matrixTypes,
  ...movementTypes,
  ...lengthTypes,
  ...quantizationTypes,
};

/**
 * Types of the outputs of one node, from the types of its inputs.
 * @throws CompileError naming the op and the types of its inputs
 */
export function inferTypes(op: OpType, args: NodeArguments): readonly InferredType[] {
  try {
    return rules[op](args);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const types = args.inputs.map((value) => (value ? `${value.dtype}${formatShape(value.shape)}` : '-'));
    throw new CompileError(`${op}(${types.join(', ')}): ${error.message}`, { cause: error });
  }
}
