import { signatureOf } from '../ops/op-signatures.ts';
import { CompileError } from './compile-error.ts';
import type { Graph, Node, Value } from './graph.ts';

/**
 * Checks what every pass must keep: each value is defined once and before its uses, names of values and outputs are
 * unique, and every node has the inputs and attributes of its op. Types were inferred when the nodes were made.
 * @throws CompileError naming the node.
 */
export function verify(graph: Graph): Graph {
  const defined = new Map<string, Value>();
  const define = (value: Value): void => {
    if (defined.has(value.name)) throw new CompileError(`the name ${value.name} is defined twice`);
    defined.set(value.name, value);
  };
  const given = [...graph.inputs, ...graph.constants.keys()];
  for (const value of given) define(value);
  for (const node of graph.nodes) {
    verifySignature(node);
    for (const input of node.inputs) {
      if (input && defined.get(input.name) !== input)
        throw new CompileError(`${describe(node)} reads ${input.name} before it exists`);
    }
    for (const output of node.outputs) define(output);
  }
  for (const [name, value] of graph.outputs) {
    if (defined.get(value.name) !== value) {
      throw new CompileError(`output ${name} is ${value.name}, which nothing computes`);
    }
    const namesake = defined.get(name);
    if (namesake && (namesake !== value || given.includes(value))) {
      throw new CompileError(`output ${name} has the name of another value`);
    }
  }
  return graph;
}

function verifySignature(node: Node): void {
  const { inputs, attributes = {} } = signatureOf(node.op);
  const [fewest, most] = inputs;
  if (node.inputs.length < fewest || node.inputs.length > most) {
    throw new CompileError(
      `${describe(node)} has ${node.inputs.length} inputs, expected ${fewest} to ${most}`,
    );
  }
  for (const name of Object.keys(node.attributes)) {
    if (!(name in attributes)) throw new CompileError(`${describe(node)} has an unknown attribute ${name}`);
  }
}

function describe(node: Node): string {
  return `${node.op} → ${node.outputs.map((output) => output.name).join(', ')}`;
}
