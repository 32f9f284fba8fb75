import { CompileError } from '../graph/compile-error.ts';
import type { DType } from '../graph/graph.ts';
import { axisOf } from '../ops/axes.ts';
import { integerAttribute } from '../ops/integer-attribute.ts';
import { type InferenceRule, input, type NodeArguments } from './inference-rule.ts';

/** Ops between float32 and int8, with one float32 scale per index of an axis. */
export const quantizationTypes = {
  QuantizeLinear: (args) => {
    checkDtype(args, 0, 'float32');
    checkScale(args);
    if (args.attributes.output_dtype !== 'int8') throw new CompileError('only int8 is quantised to');
    return [{ dtype: 'int8', shape: input(args, 0).shape }];
  },

  DequantizeLinear: (args) => {
    checkDtype(args, 0, 'int8');
    checkScale(args);
    return [{ dtype: 'float32', shape: input(args, 0).shape }];
  },
} satisfies Record<string, InferenceRule>;

function checkScale(args: NodeArguments): void {
  checkDtype(args, 1, 'float32');
  const [x, scale] = [input(args, 0), input(args, 1)];
  const axis = axisOf(integerAttribute(args, 'axis', 1), x.shape.length);
  if (scale.shape.length === 1 && scale.shape[0] === x.shape[axis]) return;
  throw new CompileError(`the scale does not fit axis ${axis}`);
}

function checkDtype(args: NodeArguments, index: number, dtype: DType): void {
  const got = input(args, index).dtype;
  if (got !== dtype) throw new CompileError(`input ${index} is ${got}, not ${dtype}`);
}
