import { itemAt } from '@legend-fl/base';
import { requireNonNegative } from '../require-non-negative.ts';
import { splitAwaited } from './awaited.ts';
import type { Configuration, ConfigurationContext } from './configuration.ts';
import { type DepthCost, timeDepth } from './depth-costs.ts';
import { fitDevices } from './fit-devices.ts';

/**
 * All blocks on every device that can hold them; the target is the time of the slowest awaited one.
 * @param costs of depth 1 … L
 */
export function configureFully(
  { devices, profile, localSteps }: ConfigurationContext,
  costs: readonly DepthCost[],
): Configuration {
  requireNonNegative({ localSteps }, 'plan');
  const { blocks } = profile;
  const { fitting, excluded } = fitDevices(devices, costs, blocks);
  const cost = itemAt(costs, -1);
  const timed = fitting.map(({ device }) => ({
    device,
    seconds: timeDepth(device, cost, { blocks, localSteps }),
  }));
  const { awaited } = splitAwaited(timed);
  return {
    targetSeconds: awaited.reduce((longest, { seconds }) => Math.max(longest, seconds), 0),
    devices: timed.map(({ device: { id }, seconds }) => ({ id, depth: blocks, seconds })),
    excluded,
  };
}
