import { expect, test } from 'vitest';
import type { OpType } from '../ops/op-signatures.ts';
import { CompileError } from './compile-error.ts';
import type { Attributes, Graph, Node, Value } from './graph.ts';
import { verify } from './verify.ts';

const x = valueNamed('x');
const y = valueNamed('y');
const z = valueNamed('z');

test('a valid graph is returned as it is', () => {
  const graph = graphOf([nodeOf('Tanh', [x], y), nodeOf('Add', [x, y], z)], { result: z, also: z, given: x });
  expect(verify(graph)).toBe(graph);
});

test('an output may keep the name of its own value', () => {
  expect(() => verify(graphOf([nodeOf('Tanh', [x], y)], { y }))).not.toThrow();
});

test('an absent optional input is no violation', () => {
  expect(() => verify(graphOf([nodeOf('Gemm', [x, x, null], y)], { result: y }))).not.toThrow();
});

const constant = { dtype: 'float32', dims: [2], data: [1, 2] } as const;

test.each<[string, Graph, string]>([
  [
    'a value defined by two nodes',
    graphOf([nodeOf('Tanh', [x], y), nodeOf('Exp', [x], y)], {}),
    'the name y is defined twice',
  ],
  [
    'two values of one name',
    graphOf([nodeOf('Tanh', [x], valueNamed('x'))], {}),
    'the name x is defined twice',
  ],
  [
    'an input that is a constant too',
    { ...graphOf([], {}), constants: new Map([[x, constant]]) },
    'the name x is defined twice',
  ],
  [
    'a use before the definition',
    graphOf([nodeOf('Exp', [y], z), nodeOf('Tanh', [x], y)], {}),
    'Exp → z reads y before it exists',
  ],
  [
    'a value of another graph with a name of this one',
    graphOf([nodeOf('Exp', [valueNamed('x')], z)], {}),
    'Exp → z reads x before it exists',
  ],
  ['too few inputs', graphOf([nodeOf('Add', [x], y)], {}), 'Add → y has 1 inputs, expected 2 to 2'],
  ['too many inputs', graphOf([nodeOf('Tanh', [x, x], y)], {}), 'Tanh → y has 2 inputs, expected 1 to 1'],
  [
    'an attribute that the op does not have',
    graphOf([nodeOf('Softmax', [x], y, { axes: 1 })], {}),
    'Softmax → y has an unknown attribute axes',
  ],
  [
    'an output that nothing computes',
    graphOf([], { result: y }),
    'output result is y, which nothing computes',
  ],
  [
    'an output with the name of an input',
    graphOf([nodeOf('Tanh', [x], y)], { x: y }),
    'output x has the name of another value',
  ],
  [
    'an input that is an output of its own name',
    graphOf([], { x }),
    'output x has the name of another value',
  ],
  [
    'a constant that is an output of its own name',
    { ...graphOf([], { y }), constants: new Map([[y, constant]]) },
    'output y has the name of another value',
  ],
])('%s', (_, graph, message) => {
  expect(() => verify(graph)).toThrow(new CompileError(message));
});

function valueNamed(name: string): Value {
  return { name, dtype: 'float32', shape: [2] };
}

function nodeOf(op: OpType, inputs: (Value | null)[], output: Value, attributes: Attributes = {}): Node {
  return { op, inputs, outputs: [output], attributes };
}

/** A graph over the input x. */
function graphOf(nodes: Node[], outputs: Record<string, Value>): Graph {
  return { inputs: [x], constants: new Map(), nodes, outputs: new Map(Object.entries(outputs)) };
}
