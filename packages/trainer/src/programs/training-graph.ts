import {
  clipByGlobalNorm,
  differentiate,
  type Graph,
  type GraphBuilder,
  globalNorm,
  multiplyDims,
  type Value,
} from '@legend-fl/compiler';
import type { Architecture, ForwardContext } from '@legend-fl/models';
import { appendUpdate } from './append-update.ts';
import { HIDDEN_STATES, type ProgramSpecification, stateNames, type TrainingVariant } from './program.ts';
import { type BuiltBlock, noteBlocks, quantizeBlocks } from './quantized-blocks.ts';
import { tailPenalty } from './tail-penalty.ts';

type TrainingSpecification = Extract<ProgramSpecification, { depth: number }>;

/**
 * Forward, loss, backward down to the lowest trained block and, for a step, clipping and the optimizer.
 * @param adapter filled by the forward pass: the adapter's tensors by their flat names
 * @returns the graph, and the names of the tensors that it trains
 */
export function trainingGraph(
  architecture: Architecture,
  specification: TrainingSpecification,
  context: ForwardContext,
  adapter: ReadonlyMap<string, Value>,
): { readonly graph: Graph; readonly trained: readonly string[] } {
  const { b } = context;
  const blocks: BuiltBlock[] = [];
  const inBlock = noteBlocks(b, blocks);
  const loss = crossEntropy(b, appendLogits(architecture, { ...context, inBlock }, specification.from));
  b.output('loss', loss);

  const lowest = architecture.blocks - specification.depth + 1;
  const trained = new Map(
    [...adapter].filter(([name]) => blockOf(name) >= lowest && !isFrozenFactor(name, specification)),
  );
  const penalized = specification.kind === 'step' && specification.tailPenalty;
  const trainedSites = specification.sites.filter(({ block }) => block >= lowest);
  const objective = penalized ? b.Add(loss, tailPenalty(b, trainedSites, adapter)) : loss;

  const forwardNodes = b.nodes.length;
  const quantized = selectQuantized(blocks, lowest, specification.quantizedBlocks ?? 0, trained);
  const outputs = quantized.map(({ output }) => output);
  const gradientOf = differentiate(b, objective, [...trained.values(), ...outputs]);
  appendStep(b, specification, [...trained.values()], gradientOf);
  const graph = quantizeBlocks(b.graph(), forwardNodes, quantized, gradientOf);
  return { graph, trained: [...trained.keys()] };
}

/** The block that an adapter tensor belongs to; the head lies above every block. */
function blockOf(name: string): number {
  return Number(/^blocks\.(\d+)\./.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
}

/** Whether a tensor is the factor that a variant leaves as it is. */
function isFrozenFactor(name: string, { factors }: TrainingVariant): boolean {
  return (factors === 'A' && name.endsWith('.lora_B')) || (factors === 'B' && name.endsWith('.lora_A'));
}

/** The `count` blocks from `lowest` on, without those that no gradient reaches because nothing below is trained. */
function selectQuantized(
  blocks: readonly BuiltBlock[],
  lowest: number,
  count: number,
  trained: ReadonlyMap<string, Value>,
): readonly BuiltBlock[] {
  const reached = Math.min(...[...trained.keys()].map(blockOf));
  return blocks.filter(({ block }) => block >= Math.max(lowest, reached) && block < lowest + count);
}

/** The forward pass from the token ids, or from the hidden states after block `from`; logits [batch, classes]. */
function appendLogits(architecture: Architecture, context: ForwardContext, from: number | undefined): Value {
  if (from === undefined) return architecture.forward(context);
  const hiddenStates = context.b.input(HIDDEN_STATES, 'float32', ['batch', 'seq', architecture.hidden]);
  return architecture.upper(context, from, hiddenStates);
}

/** Appends what becomes of the gradients: their sum and, for a step, clipping and the optimizer. */
function appendStep(
  b: GraphBuilder,
  specification: TrainingSpecification,
  parameters: readonly Value[],
  gradientOf: ReadonlyMap<Value, Value>,
): void {
  const fresh = flatten(
    b,
    parameters.map((parameter) => gradientOf.get(parameter) as Value),
  );
  const accumulates = specification.kind === 'gradients' || specification.accumulated;
  const gradient = accumulates
    ? b.Add(b.input(stateNames.accumulator, 'float32', fresh.shape), fresh)
    : fresh;
  if (specification.kind === 'gradients') {
    b.output(stateNames.nextAccumulator, gradient);
    return;
  }
  const norm = globalNorm(b, gradient);
  b.output('gradient_norm', norm);
  const { maxGradNorm } = specification.update;
  const clipped = maxGradNorm > 0 ? clipByGlobalNorm(b, gradient, norm, maxGradNorm) : gradient;
  appendUpdate(b, specification.update, flatten(b, parameters), clipped);
}

/** The elements of all values in one vector. */
function flatten(b: GraphBuilder, values: readonly Value[]): Value {
  return b.Concat(
    values.map((value) => b.Reshape(value, [multiplyDims(value.shape)])),
    0,
  );
}

/**
 * Σᵢ wᵢ·(-log softmax(logits)ᵢ[labelᵢ]); with weights 1/n over a step's n examples it is their mean.
 * Declares the inputs `labels` int32 [batch] and `example_weights` float32 [batch].
 */
function crossEntropy(b: GraphBuilder, logits: Value): Value {
  const labels = b.input('labels', 'int32', ['batch']);
  const weights = b.input('example_weights', 'float32', ['batch']);
  const picked = b.GatherElements(b.LogSoftmax(logits), b.Unsqueeze(labels, [1]), 1);
  return b.Neg(b.ReduceSum(b.Mul(b.Squeeze(picked, [1]), weights), [0], 0));
}
