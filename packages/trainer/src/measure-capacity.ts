import { itemAt } from '@legend-fl/base';
import type { Model } from '@legend-fl/models';
import { Engine } from './engine.ts';
import { medianSeconds, slope } from './median-seconds.ts';
import type { Runtime } from './runtime/runtime.ts';
import { type StepShape, timedProduct, timedStep } from './timed-step.ts';

/** What this machine does with one model, from measured steps. */
export interface MeasuredCapacity {
  readonly blocks: number;
  readonly forwardSecondsPerBlock: number;
  readonly backwardSecondsPerBlock: number;
  /** Entry k-1: median seconds of a training step of depth k. */
  readonly stepSeconds: readonly number[];
  /** Of a training step at full depth. */
  readonly tokensPerSecond: number;
  readonly examplesPerSecond: number;
  /** Floating-point operations per second of the runtime's own float32 matrix product. */
  readonly peakFlops: number;
  /** Operations per second of a full-depth step's matrix products over `peakFlops`. */
  readonly shareOfPeak: number;
}

/**
 * Times the forward pass and a training step of every depth, in turn, `repeats` times.
 * f = forward / L; b = the slope of the step time over depth (least squares), as the cost model uses them.
 */
export async function measureCapacity(
  model: Model,
  runtime: Runtime,
  shape: StepShape,
  repeats: number,
): Promise<MeasuredCapacity> {
  const { blocks } = model.architecture;
  const engine = new Engine(model, runtime);
  const depths = Array.from({ length: blocks }, (_, index) => index + 1);
  const product = await timedProduct(runtime);
  const timed = [];
  for (const depth of depths) timed.push(await timedStep(engine, model, shape, depth));
  const full = timed.at(-1);
  if (!full) throw new Error('a model has at least one block');
  const measurements = [product, full.forward, ...timed.map(({ step }) => step)];
  const seconds = await medianSeconds(measurements, repeats);
  const [productSeconds, forwardSeconds] = [itemAt(seconds, 0), itemAt(seconds, 1)];
  const stepSeconds = seconds.slice(2);
  const fullSeconds = itemAt(stepSeconds, -1);
  const peakFlops = product.flops / productSeconds;
  return {
    blocks,
    forwardSecondsPerBlock: forwardSeconds / blocks,
    backwardSecondsPerBlock: slope(depths, stepSeconds),
    stepSeconds,
    tokensPerSecond: (shape.batchSize * shape.tokens) / fullSeconds,
    examplesPerSecond: shape.batchSize / fullSeconds,
    peakFlops,
    shareOfPeak: full.step.flops / fullSeconds / peakFlops,
  };
}
