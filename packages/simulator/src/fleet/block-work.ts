import type { Architecture } from '@legend-fl/models';
import type { StepShape } from '@legend-fl/runs';
import type { BlockWork } from './device-capacities.ts';

/**
 * Seconds of a backward pass through a block with frozen weights over those of its forward pass, as measured on a
 * Jetson TX2 (0.043 s and 0.047 s: `measuredTx2SecondsPerBatch` in jetson-80.json).
 */
const BACKWARD_PER_FORWARD = 0.043 / 0.047;

/**
 * Floating-point operations of one local step per block: 2·in·out per token and linear map, 4·tokens·hidden per
 * token for attention's two products; backward in the measured proportion.
 */
export function blockWork({ linearMaps, hidden }: Architecture, { batchSize, tokens }: StepShape): BlockWork {
  const linear = linearMaps.reduce((sum, map) => sum + 2 * map.in * map.out, 0);
  const forwardFlopsPerBlock = batchSize * tokens * (linear + 4 * tokens * hidden);
  return { forwardFlopsPerBlock, backwardFlopsPerBlock: BACKWARD_PER_FORWARD * forwardFlopsPerBlock };
}
