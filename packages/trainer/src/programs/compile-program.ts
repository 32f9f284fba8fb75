import { headTensorName } from '@legend-fl/adapter';
import {
  countMatrixFlops,
  type ExecutionProvider,
  encodeModel,
  type Graph,
  GraphBuilder,
  optimize,
  type Value,
} from '@legend-fl/compiler';
import { injectAdapters } from '@legend-fl/lora';
import type { Architecture, ForwardContext } from '@legend-fl/models';
import { HIDDEN_STATES, type Program, type ProgramSpecification } from './program.ts';
import { trainingGraph } from './training-graph.ts';

/**
 * Compiles one graph of the model: forward, loss, backward down to the lowest trained block, clipping and optimizer,
 * as far as its kind goes. Batch, sequence length and ranks stay symbolic, so one program serves all of them.
 */
export function compileProgram(
  architecture: Architecture,
  specification: ProgramSpecification,
  provider: ExecutionProvider,
): Program {
  const frozen = new Map<string, readonly number[]>();
  const adapter = new Map<string, Value>();
  const context = forwardContext(new GraphBuilder(), specification, frozen, adapter);
  const built = buildGraph(architecture, specification, context, adapter);
  const graph = optimize(built.graph, provider);
  return {
    model: encodeModel(graph),
    frozen,
    adapter: [...adapter.keys()],
    trained: built.trained,
    matrixFlops: (symbols) => countMatrixFlops(graph, symbols),
  };
}

function buildGraph(
  architecture: Architecture,
  specification: ProgramSpecification,
  context: ForwardContext,
  adapter: ReadonlyMap<string, Value>,
): { readonly graph: Graph; readonly trained: readonly string[] } {
  const { b } = context;
  switch (specification.kind) {
    case 'forward':
      b.output('logits', architecture.forward(context));
      return { graph: b.graph(), trained: [] };
    case 'trunk':
      b.output(HIDDEN_STATES, architecture.trunk(context, specification.boundary));
      return { graph: b.graph(), trained: [] };
    case 'gradients':
    case 'step':
      return trainingGraph(architecture, specification, context, adapter);
  }
}

/** Declares frozen parameters and the adapter's tensors as graph inputs, and notes them, as the model asks for them. */
function forwardContext(
  b: GraphBuilder,
  { sites, headNames }: ProgramSpecification,
  frozen: Map<string, readonly number[]>,
  adapter: Map<string, Value>,
): ForwardContext {
  const trainedHead = new Set(headNames);
  return {
    b,
    parameter: (name, dims) => {
      const inHead = trainedHead.has(name);
      const value = b.input(inHead ? headTensorName(name) : name, 'float32', dims);
      if (inHead) adapter.set(value.name, value);
      else frozen.set(name, dims);
      return value;
    },
    adaptLinear: injectAdapters(b, sites, adapter),
  };
}
