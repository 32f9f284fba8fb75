import type { Adapter } from '@legend-fl/adapter';
import type { DevicePlan } from '@legend-fl/method';

/** The adapter with the frozen lower blocks that devices hold, where they apply them. */
export function withTrunk(
  adapter: Adapter,
  { depth, trunk }: Pick<DevicePlan, 'depth' | 'trunk'>,
  held: Adapter,
): Adapter {
  if (trunk === 'base') return adapter;
  const lowest = adapter.blocks.length - depth;
  const blocks = adapter.blocks.map((block, index) =>
    index < lowest ? (held.blocks[index] ?? block) : block,
  );
  return { ...adapter, blocks };
}
