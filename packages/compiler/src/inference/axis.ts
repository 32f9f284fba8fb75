import { CompileError } from '../graph/compile-error.ts';
import { formatShape } from '../graph/dim.ts';
import { axisOf, reducedAxes } from '../ops/axes.ts';
import { integerAttribute } from '../ops/integer-attribute.ts';
import { commonDtype, type InferenceRule, input, sameAsFirst } from './inference-rule.ts';

const softmax: InferenceRule = (args) => {
  axisOf(integerAttribute(args, 'axis', -1), input(args, 0).shape.length);
  return sameAsFirst(args);
};

const normalization: InferenceRule = (args) => {
  const x = input(args, 0);
  const rank = x.shape.length;
  if (axisOf(integerAttribute(args, 'axis', -1), rank) !== rank - 1) {
    throw new CompileError('only the last axis is normalised');
  }
  for (const parameter of [input(args, 1), ...args.inputs.slice(2)]) {
    if (!parameter) continue;
    commonDtype(x, parameter);
    if (parameter.shape.length !== 1 || parameter.shape[0] !== x.shape.at(-1)) {
      throw new CompileError(`a parameter of shape ${formatShape(parameter.shape)} does not fit`);
    }
  }
  return sameAsFirst(args);
};

const reduction: InferenceRule = (args) => {
  const { dtype, shape } = input(args, 0);
  const reduced = reducedAxes(shape, args.inputs[1]);
  const kept = integerAttribute(args, 'keepdims', 1) === 1 ? [1] : [];
  return [{ dtype, shape: shape.flatMap((dim, axis) => (reduced.includes(axis) ? kept : [dim])) }];
};

/** Ops that mix elements along an axis. */
export const axisTypes = {
  Softmax: softmax,
  LogSoftmax: softmax,
  LayerNormalization: normalization,
  RMSNormalization: normalization,
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceSumSquare: reduction,
  ReduceMax: reduction,
} satisfies Record<string, InferenceRule>;
