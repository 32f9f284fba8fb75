import type { Adapter } from '@legend/adapter';
import type { DevicePlan, GlobalState } from '@legend/method';
import { type Received, sendDown } from './exchange-adapters.ts';
import type { Experiment } from './experiment.ts';

/** Sends a device of the round what it starts from; see `sendDown`. */
export type HandOut = (start: Adapter, plan: DevicePlan, holdsTrunk: boolean) => Received;

/**
 * What sends a round's adapters down: devices that start from the very same tensors get the same message, which is
 * made once, as a coordinator makes it.
 */
export function handOutAdapters(global: GlobalState, codec: Experiment['codec']['down']): HandOut {
  const made = new Map<string, { readonly start: Adapter; readonly received: Received }>();
  return (start, plan, holdsTrunk) => {
    const key = JSON.stringify([plan.depth, plan.ranks, plan.received, holdsTrunk]);
    const known = made.get(key);
    if (known && shareTensors(known.start, start)) return known.received;
    const received = sendDown(global, start, plan, codec, holdsTrunk);
    made.set(key, { start, received });
    return received;
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
