import { type Adapter, mapTensors, namedTensors, type Tensor } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import type { JsonValue } from '../strategies/strategy.ts';
import { decodeFloat32, encodeFloat32 } from './float32-text.ts';

/** How fast each value of the global adapter moves, per round; by the names of `namedTensors`. */
export type Velocity = ReadonlyMap<string, Float32Array>;

/**
 * Momentum at the server (FedAvgM: Hsu et al., arXiv 1909.06335; as a server optimiser: Reddi et al., arXiv 2003.00295).
 * What a round changes on average is taken for a gradient step, with x the global values before the round, x̄ what it
 * averages to, and v = 0 at the start:
 *
 *   v ← β·v + (x̄ - x),   x ← x + v
 *
 * A value that stays exactly as it was has been trained by nobody: it keeps still, and so does its velocity (ours).
 * Theirs moves everything, but with depths by device that would push on blocks which nobody looked at.
 *
 * @param momentum β in [0, 1)
 * @param after the averages, of the shapes of `before`
 */
export function moveWithMomentum(
  before: Adapter,
  after: Adapter,
  velocity: Velocity,
  momentum: number,
): { readonly adapter: Adapter; readonly velocity: Velocity } {
  const starts = namedTensors(before);
  const next = new Map(velocity);
  const adapter = mapTensors(after, (name, tensor) => {
    const start = starts.get(name);
    if (start === undefined || tensor === start) return tensor;
    const moved = moveTensor(start, tensor, velocity.get(name), momentum);
    next.set(name, moved.velocity);
    return { dims: tensor.dims, data: moved.data };
  });
  return { adapter, velocity: next };
}

function moveTensor(start: Tensor, average: Tensor, velocity: Float32Array | undefined, momentum: number) {
  const speeds = velocity?.slice() ?? new Float32Array(average.data.length);
  const data = average.data.map((value, index) => {
    const before = start.data[index] ?? 0;
    if (value === before) return value;
    const speed = speeds[index] ?? 0;
    speeds[index] = momentum * speed + (value - before);
    return value + momentum * speed;
  });
  return { data, velocity: speeds };
}

/** What `writeVelocity` wrote, or rest where there is nothing. Throws InputError `memory-invalid` for anything else. */
export function readVelocity(memory: JsonValue, adapter: Adapter): Velocity {
  if (memory === null) return new Map();
  const tensors = namedTensors(adapter);
  const velocity = new Map<string, Float32Array>();
  for (const [name, text] of Object.entries(memory)) {
    const values = typeof text === 'string' ? decodeFloat32(text) : undefined;
    if (values === undefined || values.length !== tensors.get(name)?.data.length) {
      throw new InputError({
        code: 'memory-invalid',
        expected: 'a velocity for each value of the global adapter',
        got: `${name} that does not fit`,
        where: 'memory of serverMomentum',
        todo: 'Resume with the options that the run began with, or start it anew.',
      });
    }
    velocity.set(name, values);
  }
  return velocity;
}

export function writeVelocity(velocity: Velocity): JsonValue {
  return Object.fromEntries([...velocity].map(([name, values]) => [name, encodeFloat32(values)]));
}
