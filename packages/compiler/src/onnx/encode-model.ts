import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { itemAt } from '@legend-fl/base';
import type { Shape } from '../graph/dim.ts';
import type { AttributeValue, ConstantData, DType, Graph, Node, Value } from '../graph/graph.ts';
import { verify } from '../graph/verify.ts';
import { type AttributeKind, signatureOf } from '../ops/op-signatures.ts';

/** Version of the standard operator set that the graphs use. */
const OPSET_VERSION = 23;
/** Version of ONNX Runtime's own operator set. */
const MICROSOFT_OPSET_VERSION = 1;
/** ONNX file format version that came with opset 23. */
const IR_VERSION = 11;

/** TensorProto.DataType */
const dataTypes: Record<DType, number> = { float32: 1, int8: 3, int32: 6, int64: 7, bool: 9 };
/** AttributeProto.AttributeType */
const attributeTypes: Record<AttributeKind, number> = { float: 1, int: 2, dtype: 2, string: 3, ints: 7 };

/**
 * The graph as a serialised ONNX ModelProto (field numbers: onnx.proto, ONNX IR specification).
 * @throws CompileError when the graph is not valid
 */
export function encodeModel(graph: Graph): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  int(writer, 1, IR_VERSION);
  text(writer, 2, 'legend');
  message(writer, 7, (graphWriter) => encodeGraph(graphWriter, verify(graph)));
  operatorSet(writer, '', OPSET_VERSION);
  operatorSet(writer, 'com.microsoft', MICROSOFT_OPSET_VERSION);
  return writer.finish();
}

function operatorSet(writer: BinaryWriter, domain: string, version: number): void {
  message(writer, 8, (set) => {
    text(set, 1, domain);
    int(set, 2, version);
  });
}

/**
 * GraphProto. A value that is an output is written under the output's name; one that is several outputs, or an input
 * or a constant too, is copied.
 */
function encodeGraph(writer: BinaryWriter, graph: Graph): void {
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  const names = new Map<Value, string>();
  const copies: Node[] = [];
  for (const [name, value] of graph.outputs) {
    if (computed.has(value) && !names.has(value)) names.set(value, name);
    else copies.push({ op: 'Identity', inputs: [value], outputs: [{ ...value, name }], attributes: {} });
  }
  const nameOf = (value: Value): string => names.get(value) ?? value.name;
  for (const node of [...graph.nodes, ...copies])
    message(writer, 1, (inner) => encodeNode(inner, node, nameOf));
  text(writer, 2, 'legend');
  for (const [value, data] of graph.constants) {
    message(writer, 5, (tensor) => encodeTensor(tensor, value.name, data));
  }
  for (const value of graph.inputs) message(writer, 11, (info) => encodeValueInfo(info, value.name, value));
  for (const [name, value] of graph.outputs)
    message(writer, 12, (info) => encodeValueInfo(info, name, value));
}

/** NodeProto */
function encodeNode(writer: BinaryWriter, node: Node, nameOf: (value: Value) => string): void {
  const { domain, attributes = {} } = signatureOf(node.op);
  for (const input of node.inputs) text(writer, 1, input ? nameOf(input) : '');
  for (const output of node.outputs) text(writer, 2, nameOf(output));
  text(writer, 3, itemAt(node.outputs, 0).name);
  text(writer, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    const kind = attributes[name];
    if (kind) message(writer, 5, (attribute) => encodeAttribute(attribute, name, kind, value));
  }
  if (domain) text(writer, 7, domain);
}

/** AttributeProto. A dtype is a name in the IR and a number in ONNX. */
function encodeAttribute(
  writer: BinaryWriter,
  name: string,
  kind: AttributeKind,
  value: AttributeValue,
): void {
  text(writer, 1, name);
  if (kind === 'float') writer.tag(2, WireType.Bit32).float(Number(value));
  if (kind === 'int') int(writer, 3, Number(value));
  if (kind === 'dtype') int(writer, 3, dataTypes[value as DType]);
  if (kind === 'string') text(writer, 4, String(value));
  if (kind === 'ints' && typeof value === 'object') for (const element of value) int(writer, 8, element);
  int(writer, 20, attributeTypes[kind]);
}

/** TensorProto with little-endian raw data. */
function encodeTensor(writer: BinaryWriter, name: string, { dtype, dims, data }: ConstantData): void {
  for (const dim of dims) int(writer, 1, dim);
  int(writer, 2, dataTypes[dtype]);
  text(writer, 8, name);
  writer.tag(9, WireType.LengthDelimited).bytes(rawBytes(dtype, data));
}

function rawBytes(dtype: DType, data: readonly number[]): Uint8Array {
  switch (dtype) {
    case 'float32':
      return new Uint8Array(Float32Array.from(data).buffer);
    case 'int8':
      return new Uint8Array(Int8Array.from(data).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(data).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(data, BigInt).buffer);
    case 'bool':
      return Uint8Array.from(data);
  }
}

/** ValueInfoProto */
function encodeValueInfo(writer: BinaryWriter, name: string, { dtype, shape }: Value): void {
  text(writer, 1, name);
  message(writer, 2, (type) => {
    message(type, 1, (tensor) => {
      int(tensor, 1, dataTypes[dtype]);
      message(tensor, 2, (shapeWriter) => encodeShape(shapeWriter, shape));
    });
  });
}

/** TensorShapeProto */
function encodeShape(writer: BinaryWriter, shape: Shape): void {
  for (const dim of shape) {
    message(writer, 1, (dimension) => {
      if (typeof dim === 'number') int(dimension, 1, dim);
      else text(dimension, 2, dim);
    });
  }
}

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function int(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}
