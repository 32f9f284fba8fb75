import type { Adapter } from '@legend-fl/adapter';
import type { DevicePlan } from '@legend-fl/method';

/** Makes a device's start, e.g. a message. */
export type MakeStart<Made> = (start: Adapter, plan: DevicePlan, holdsTrunk: boolean) => Made;

/**
 * Wraps `make` for one round, so that devices that start from the same tensors and receive the same part share one result.
 * @param make depends on the plan's depth, ranks and `received` only
 */
export function shareStarts<Made>(make: MakeStart<Made>): MakeStart<Made> {
  const known = new Map<string, { readonly start: Adapter; readonly made: Made }>();
  return (start, plan, holdsTrunk) => {
    const key = JSON.stringify([plan.depth, plan.ranks, plan.received, holdsTrunk]);
    const last = known.get(key);
    if (last && shareTensors(last.start, start)) return last.made;
    const made = make(start, plan, holdsTrunk);
    known.set(key, { start, made });
    return made;
  };
}

/** Whether both consist of the same objects. */
function shareTensors(one: Adapter, other: Adapter): boolean {
  if (one.head !== other.head || one.blocks.length !== other.blocks.length) return false;
  return one.blocks.every((block, index) => {
    const counterpart = other.blocks[index];
    return block === counterpart || (block.size === 0 && counterpart?.size === 0);
  });
}
