import type { Adapter } from '@legend-fl/adapter';
import { createAdapter, createBottlenecks } from '@legend-fl/lora';
import type { InitialAdapter } from '@legend-fl/method';
import type { Model } from '@legend-fl/models';

/**
 * The global adapter that a strategy starts with; the same seed draws the same numbers for all strategies.
 * @param targets linear maps that carry LoRA; the architecture decides where bottlenecks stand
 */
export function createInitialAdapter(
  { architecture, head }: Model,
  targets: readonly string[],
  initial: InitialAdapter,
  seed: number,
): Adapter {
  switch (initial.kind) {
    case 'lora':
      return createAdapter(architecture, { targets, ...initial }, head, seed);
    case 'bottleneck':
      return createBottlenecks(architecture, initial, head, seed);
  }
}
