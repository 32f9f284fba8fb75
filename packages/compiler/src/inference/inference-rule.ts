import { CompileError } from '../graph/compile-error.ts';
import type { Dim, Shape } from '../graph/dim.ts';
import type { Attributes, DType, Value } from '../graph/graph.ts';

/** What inference learns of one output. */
export interface InferredType {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly elements?: readonly Dim[];
}

/** What it learns that from. */
export interface NodeArguments {
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  /** Result shape stated by the caller, for Pad, whose result depends on values known only when running. */
  readonly declared?: Shape | undefined;
}

/** The types of one op's outputs. @throws CompileError when the inputs do not fit. */
export type InferenceRule = (args: NodeArguments) => readonly InferredType[];

/** The input at `index`, which must be present. */
export function input(args: NodeArguments, index: number): Value {
  const value = args.inputs[index];
  if (!value) throw new CompileError(`input ${index} is missing`);
  return value;
}

/** The dtype of values that must have the same one. */
export function commonDtype(first: Value, ...others: readonly Value[]): DType {
  for (const { dtype } of others) {
    if (dtype !== first.dtype) throw new CompileError(`dtypes ${first.dtype} and ${dtype} differ`);
  }
  return first.dtype;
}

export const sameAsFirst: InferenceRule = (args) => {
  const { dtype, shape } = input(args, 0);
  return [{ dtype, shape }];
};
