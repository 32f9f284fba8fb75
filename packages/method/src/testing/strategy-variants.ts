import type { JsonValue } from '../global-state.ts';
import { strategyNames } from '../strategies/registry.ts';
import type { StrategyOptions } from '../strategies/strategy-options.ts';

export interface StrategyVariant {
  readonly name: string;
  readonly options: StrategyOptions;
  /** Of the global state: null, or what the strategy plans another way from. */
  readonly memory: JsonValue;
}

/** Every strategy with its defaults, and those that plan in several ways with each of them. */
export const strategyVariants: readonly StrategyVariant[] = [
  ...strategyNames.map((name): StrategyVariant => ({ name, options: {}, memory: null })),
  ...[
    { deadline: 'shared' },
    { deadline: 'trimmed' },
    { rankSharing: 'per-device' },
    { planner: 'full' },
    { planner: 'optimal' },
    { planner: 'optimal', deadline: 'trimmed' },
    { planner: 'optimal', stragglers: 'leave' },
    { planner: 'optimal', stragglers: 'leave', deadline: 'trimmed' },
  ].map(
    (options): StrategyVariant => ({
      name: 'legend',
      options: options as StrategyOptions,
      memory: null,
    }),
  ),
  { name: 'fedquad', options: { deadline: 'trimmed' }, memory: null },
  // A trial is due: groups of devices train different sizes.
  { name: 'fedadapter', options: {}, memory: { loss: 1, roundsSinceTrial: 3, lastTrial: [] } },
  // Ranks that devices have pruned themselves to.
  { name: 'hetlora', options: {}, memory: { 'device-0': 11, 'device-2': 6 } },
];
