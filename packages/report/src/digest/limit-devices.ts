import type { StrategySummary } from '@legend-fl/runs';

/** How many devices the page embeds. */
export interface DeviceLimit {
  /** At most, per round and in a depth map. */
  readonly devices: number;
}

/** More than this in one chart is finer than a screen shows. */
const mostDevices = 200;
/** Fewer would say nothing about a fleet. */
const leastDevices = 20;
/** Devices times rounds over all strategies and seeds; compressed, this many are about 3 MB of page. */
const deviceRounds = 250_000;

/**
 * As many devices as keep the page small, whatever the number of rounds, strategies and seeds.
 * @param strategies of all runs that the page is about
 */
export function limitDevices(strategies: readonly Pick<StrategySummary, 'rounds'>[]): DeviceLimit {
  const rounds = strategies.reduce((sum, strategy) => sum + strategy.rounds, 0);
  const affordable = Math.floor(deviceRounds / Math.max(1, rounds));
  return { devices: Math.min(mostDevices, Math.max(leastDevices, affordable)) };
}
