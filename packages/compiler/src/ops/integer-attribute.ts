import type { Attributes } from '../graph/graph.ts';

/** An attribute that holds one integer, or what ONNX takes when it is absent. */
export function integerAttribute(
  node: { readonly attributes: Attributes },
  name: string,
  fallback: number,
): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}
