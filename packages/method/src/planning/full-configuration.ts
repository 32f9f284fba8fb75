import { requireNonNegative } from '../require-non-negative.ts';
import type { Configuration, ConfigurationContext } from './configuration.ts';
import { type DepthCost, timeDepths } from './depth-costs.ts';
import { fitDevices } from './fit-devices.ts';

/**
 * All blocks on every device that can hold them; the target is the time of the slowest.
 * @param costs of depth 1 … L
 */
export function configureFully(
  { devices, profile, localSteps }: ConfigurationContext,
  costs: readonly DepthCost[],
): Configuration {
  requireNonNegative({ localSteps }, 'plan');
  const { blocks } = profile;
  const { fitting, excluded } = fitDevices(devices, costs, blocks);
  const configured = fitting.map(({ device }) => ({
    id: device.id,
    depth: blocks,
    seconds: timeDepths(device, costs.slice(-1), { blocks, localSteps })[0] ?? 0,
  }));
  const targetSeconds = configured.reduce((longest, { seconds }) => Math.max(longest, seconds), 0);
  return { targetSeconds, devices: configured, excluded };
}
