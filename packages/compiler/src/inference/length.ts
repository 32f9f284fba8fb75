import { CompileError } from '../graph/compile-error.ts';
import { integerAttribute } from '../ops/integer-attribute.ts';
import { commonDtype, type InferenceRule, input } from './inference-rule.ts';

/** Ops that read lengths, or are as long as one says. */
export const lengthTypes = {
  Shape: (args) => {
    const { shape } = input(args, 0);
    const elements = shape.slice(
      integerAttribute(args, 'start', 0),
      integerAttribute(args, 'end', shape.length),
    );
    return [{ dtype: 'int64', shape: [elements.length], elements }];
  },

  // 0, 1, …, limit - 1
  Range: (args) => {
    const [start, limit, delta] = [input(args, 0), input(args, 1), input(args, 2)];
    const length = limit.elements?.[0];
    if (start.elements?.[0] !== 0 || delta.elements?.[0] !== 1 || length === undefined) {
      throw new CompileError('a range counts from 0 in steps of 1 to a length known while compiling');
    }
    return [{ dtype: commonDtype(start, limit, delta), shape: [length] }];
  },
} satisfies Record<string, InferenceRule>;
