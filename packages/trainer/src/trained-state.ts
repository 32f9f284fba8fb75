import { itemAt } from '@legend-fl/base';
import { stateNames, type UpdateRule } from './programs/program.ts';
import type { Feeds, Outputs, RuntimeTensor } from './runtime/runtime.ts';

/** What a step changes, as the inputs of the next one. */
export interface TrainedState {
  /** Trained tensors by their flat name, in the order of `Program.trained`. */
  readonly parameters: Feeds;
  /** The optimizer's own vectors; none for SGD. */
  readonly moments: Feeds;
}

/** The state before the first step: the adapter's tensors, moments zero. */
export function initialState(
  trained: readonly string[],
  adapter: Feeds,
  { optimizer }: UpdateRule,
): TrainedState {
  const parameters = new Map(trained.map((name) => [name, adapter.get(name) as RuntimeTensor]));
  if (optimizer === 'sgd') return { parameters, moments: new Map() };
  const length = elementCount(parameters);
  const moments = [stateNames.firstMoment, stateNames.secondMoment];
  return { parameters, moments: new Map(moments.map((name) => [name, zeros(length)])) };
}

/** The state after a step, from its outputs. */
export function nextState(
  { parameters }: TrainedState,
  outputs: Outputs,
  { optimizer }: UpdateRule,
): TrainedState {
  const next = vectorOutput(outputs, stateNames.next).data;
  let offset = 0;
  const split = [...parameters].map(([name, { dims, data }]) => {
    const part = next.subarray(offset, offset + data.length);
    offset += data.length;
    return [name, { dtype: 'float32', dims, data: part }] as const;
  });
  if (optimizer === 'sgd') return { parameters: new Map(split), moments: new Map() };
  return {
    parameters: new Map(split),
    moments: new Map([
      [stateNames.firstMoment, vectorOutput(outputs, stateNames.nextFirstMoment)],
      [stateNames.secondMoment, vectorOutput(outputs, stateNames.nextSecondMoment)],
    ]),
  };
}

/** Number of elements of all tensors together. */
export function elementCount(tensors: Feeds): number {
  return [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
}

export function zeros(length: number): RuntimeTensor {
  return { dtype: 'float32', dims: [length], data: new Float32Array(length) };
}

/** An output, as it can be an input again. */
export function vectorOutput(
  outputs: Outputs,
  name: string,
): RuntimeTensor & { readonly data: Float32Array } {
  const tensor = outputs.get(name);
  if (!tensor) throw new Error(`the graph has no output ${name}`);
  return { dtype: 'float32', ...tensor };
}

export function scalarOutput(outputs: Outputs, name: string): number {
  return itemAt(vectorOutput(outputs, name).data, 0);
}
