import type { OpType } from '../ops/op-signatures.ts';
import type { Dim, Shape } from './dim.ts';

export type DType = 'float32' | 'int8' | 'int32' | 'int64' | 'bool';

/** The result of a node, a graph input or a constant. Identity is the object; names are unique in a graph. */
export interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Elements of a 0-D or 1-D int64 value that are known while compiling: lengths, shapes, axes, slice bounds. */
  readonly elements?: readonly Dim[];
}

export type AttributeValue = number | string | readonly number[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One ONNX node. An absent optional input is null. */
export interface Node {
  readonly op: OpType;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** A constant's elements in row-major order. */
export interface ConstantData {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** A whole program: nodes in topological order. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly constants: ReadonlyMap<Value, ConstantData>;
  readonly nodes: readonly Node[];
  /** Output name → value. The name is the one a caller fetches. */
  readonly outputs: ReadonlyMap<string, Value>;
}
