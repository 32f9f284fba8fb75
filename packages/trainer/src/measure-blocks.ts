import { itemAt } from '@legend-fl/base';
import type { Model } from '@legend-fl/models';
import type { Engine } from './engine.ts';
import { medianSeconds, slope } from './median-seconds.ts';
import { type StepShape, timedStep } from './timed-step.ts';

/** Seconds of one local step per block. */
export interface BlockSeconds {
  readonly forwardSecondsPerBlock: number;
  readonly backwardSecondsPerBlock: number;
}

/**
 * The same measurement as `measureCapacity`, on few depths and within a budget of time: for a device that has to begin.
 * f = forward / L; b = the slope of the step time over the depths, of a single depth k (step - forward) / k. Where noise
 * makes less of b, it is a twentieth of f.
 * @param depths ascending
 */
export async function measureBlocks(
  engine: Engine,
  model: Model,
  shape: StepShape,
  {
    depths,
    repeats,
    budgetSeconds,
  }: { readonly depths: readonly number[]; readonly repeats: number; readonly budgetSeconds: number },
): Promise<BlockSeconds> {
  const timed = [];
  for (const depth of depths) timed.push(await timedStep(engine, model, shape, depth));
  const [first] = timed;
  if (!first) throw new RangeError('There is nothing to measure without a depth.');
  const measurements = [first.forward, ...timed.map(({ step }) => step)];
  const seconds = await medianSeconds(measurements, repeats, budgetSeconds);
  const [forward, steps] = [itemAt(seconds, 0), seconds.slice(1)];
  const forwardSecondsPerBlock = forward / model.architecture.blocks;
  const difference =
    depths.length > 1 ? slope(depths, steps) : (itemAt(steps, 0) - forward) / itemAt(depths, 0);
  return {
    forwardSecondsPerBlock,
    backwardSecondsPerBlock: Math.max(difference, forwardSecondsPerBlock / 20),
  };
}
