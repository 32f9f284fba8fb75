import { CompileError } from '../graph/compile-error.ts';
import { formatShape } from '../graph/dim.ts';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { gradientRuleOf } from './gradient-rules.ts';

/**
 * Appends the backward pass of the scalar `loss` to the graph: reverse-mode differentiation over the nodes that
 * lie between `parameters` and `loss`. Nothing is built below the lowest parameter, and nothing flows through
 * integers and booleans.
 *
 * @returns the gradient of each parameter, of the parameter's shape
 * @throws CompileError when the loss does not depend on a parameter, or does so through an op without a gradient
 */
export function differentiate(b: GraphBuilder, loss: Value, parameters: readonly Value[]): Map<Value, Value> {
  if (loss.shape.length > 0) throw new CompileError(`a loss is a scalar, got ${formatShape(loss.shape)}`);
  const tape = [...b.nodes];
  const active = new Set<Value>(parameters);
  for (const node of tape) {
    if (node.inputs.some((input) => input && active.has(input))) {
      for (const output of node.outputs) if (output.dtype === 'float32') active.add(output);
    }
  }

  const gradients = new Map<Value, Value>([[loss, b.scalar(1)]]);
  for (const node of tape.toReversed()) {
    const outputGradients = node.outputs.map((output) => gradients.get(output) ?? null);
    const wanted = node.inputs.some((input) => input && active.has(input));
    if (!wanted || outputGradients.every((gradient) => gradient === null)) continue;
    const rule = gradientRuleOf(node.op);
    if (!rule)
      throw new CompileError(`the loss depends on a parameter through ${node.op}, which has no gradient`);
    for (const [index, lazy] of rule(b, node, outputGradients).entries()) {
      const input = node.inputs[index];
      if (!input || !lazy || !active.has(input)) continue;
      const contribution = lazy();
      if (formatShape(contribution.shape) !== formatShape(input.shape)) {
        throw new CompileError(
          `the gradient of ${node.op}'s input ${index} has shape ${formatShape(contribution.shape)}, ` +
            `expected ${formatShape(input.shape)}`,
        );
      }
      const sum = gradients.get(input);
      gradients.set(input, sum ? b.Add(sum, contribution) : contribution);
    }
  }

  return new Map(
    parameters.map((parameter) => {
      const gradient = gradients.get(parameter);
      if (!gradient) throw new CompileError(`the loss does not depend on ${parameter.name}`);
      return [parameter, gradient];
    }),
  );
}
