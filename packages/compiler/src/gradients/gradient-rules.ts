import type { OpType } from '../ops/op-signatures.ts';
import { arithmeticRules } from './arithmetic.ts';
import { axisRules } from './axis.ts';
import { elementwiseRules } from './elementwise.ts';
import type { GradientRule } from './gradient-rule.ts';
import { matrixRules } from './matrix.ts';
import { movementRules } from './movement.ts';

/**
 * Ops without a gradient: they yield integers or booleans, or only the compiler emits them, after
 * differentiation (in gradients, in clipping, in quantisation, in lowering).
 */
const withoutGradient = [
  'Shape',
  'Cast',
  'Range',
  'Less',
  'LessOrEqual',
  'Pad',
  'ScatterElements',
  'ScatterND',
  'Min',
  'Log',
  'ReduceSumSquare',
  'Abs',
  'ReduceMax',
  'QuantizeLinear',
  'DequantizeLinear',
  'FusedMatMul',
] as const satisfies readonly OpType[];

export type DifferentiableOp = Exclude<OpType, (typeof withoutGradient)[number]>;

/** One rule per differentiable op; leaving one out, or listing an op twice, does not compile. */
const rules: Record<DifferentiableOp, GradientRule> = {
  ...arithmeticRules,
  ...elementwiseRules,
  ...axisRules,
  ...matrixRules,
  ...movementRules,
};

/** Names of the ops that have a gradient rule. */
export const differentiableOps = Object.keys(rules) as readonly DifferentiableOp[];

/** The gradient rule of an op, or undefined for one without. */
export function gradientRuleOf(op: OpType): GradientRule | undefined {
  return (rules as Partial<Record<OpType, GradientRule>>)[op];
}
