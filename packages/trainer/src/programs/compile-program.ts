import { headTensorName } from '@legend/adapter';
import {
  clipByGlobalNorm,
  countMatrixFlops,
  differentiate,
  type ExecutionProvider,
  encodeModel,
  GraphBuilder,
  globalNorm,
  multiplyDims,
  optimize,
  type Value,
} from '@legend/compiler';
import { injectLora } from '@legend/lora';
import type { Architecture } from '@legend/models';
import { appendUpdate } from './append-update.ts';
import { type Program, type ProgramSpecification, stateNames } from './program.ts';

/**
 * Compiles one graph of the model: forward, loss, backward down to the lowest trained block, clipping and optimizer,
 * as far as its kind goes. Batch, sequence length and ranks stay symbolic, so one program serves all of them.
 */
export function compileProgram(
  architecture: Architecture,
  specification: ProgramSpecification,
  provider: ExecutionProvider,
): Program {
  const b = new GraphBuilder();
  const frozen = new Map<string, readonly number[]>();
  const adapter = new Map<string, Value>();
  const logits = appendForward(b, architecture, specification, frozen, adapter);
  const trained = new Map<string, Value>();
  if (specification.kind === 'forward') {
    b.output('logits', logits);
  } else {
    for (const [name, value] of adapter) {
      if (blockOf(name) > architecture.blocks - specification.depth) trained.set(name, value);
    }
    appendTraining(b, specification, logits, trained);
  }
  const graph = optimize(b.graph(), provider);
  return {
    model: encodeModel(graph),
    frozen,
    adapter: [...adapter.keys()],
    trained: [...trained.keys()],
    matrixFlops: (symbols) => countMatrixFlops(graph, symbols),
  };
}

/** The block that an adapter tensor belongs to; the head lies above every block. */
function blockOf(name: string): number {
  return Number(/^blocks\.(\d+)\./.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
}

/** @returns logits [batch, classes] */
function appendForward(
  b: GraphBuilder,
  architecture: Architecture,
  { targets, adaptedBlocks, headNames }: ProgramSpecification,
  frozen: Map<string, readonly number[]>,
  adapter: Map<string, Value>,
): Value {
  const trainedHead = new Set(headNames);
  return architecture.forward({
    b,
    parameter: (name, dims) => {
      const inHead = trainedHead.has(name);
      const value = b.input(inHead ? headTensorName(name) : name, 'float32', dims);
      if (inHead) adapter.set(value.name, value);
      else frozen.set(name, dims);
      return value;
    },
    adaptLinear: injectLora(
      b,
      {
        targets: architecture.linearMaps.filter((map) => targets.includes(map.name)),
        blocks: adaptedBlocks,
      },
      adapter,
    ),
  });
}

/** Appends loss, backward and, for a step, clipping and the optimizer. */
function appendTraining(
  b: GraphBuilder,
  specification: Exclude<ProgramSpecification, { kind: 'forward' }>,
  logits: Value,
  trained: ReadonlyMap<string, Value>,
): void {
  const loss = crossEntropy(b, logits);
  b.output('loss', loss);
  const parameters = [...trained.values()];
  const gradientOf = differentiate(b, loss, parameters);
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
