import { type Adapter, restrictToDepth, type Tensor } from '@legend-fl/adapter';
import type { DevicePlan, GlobalState } from '@legend-fl/method';
import { type Codec, decodeAdapter, encodeAdapter } from '@legend-fl/adapter';
import { partOf, putPart } from '../tensor-parts.ts';
import { withTrunk } from '../with-trunk.ts';

/** What a device starts its local steps from. */
export interface Start {
  /** The blocks that it trains, with `trunk: global` those below too, and the head. */
  readonly adapter: Adapter;
  /** What earlier rounds have added to frozen weights; see `GlobalState`. */
  readonly merged: GlobalState['merged'];
}

/** What of a plan decides on the message down. */
type ReceivedPart = Pick<DevicePlan, 'depth' | 'trunk' | 'received'>;

/**
 * The message that says all of a start: a device needs nothing but its model to read it, whatever the strategy and
 * whatever rounds it has missed. See `decodeWholeStart`.
 * Throws InputError `wire-not-finite`, or `wire-overflow` for what the codec cannot hold.
 */
export function encodeWholeStart({ adapter, merged }: Start, codec: Codec): Uint8Array {
  const head = new Map<string, Tensor>();
  putPart(head, HEAD, adapter.head);
  putPart(head, MERGED, merged ?? new Map());
  return encodeAdapter({ blocks: adapter.blocks, head }, { codec });
}

/**
 * The start that `encodeWholeStart` took, as far as the codec keeps its values; where nothing was merged, `merged` is
 * undefined.
 * @param where the message's source, for error messages
 * @throws InputError as `decodeAdapter` does
 */
export function decodeWholeStart(bytes: Uint8Array, where: string): Start {
  const { blocks, head } = decodeAdapter(bytes, where);
  const merged = partOf(head, MERGED);
  return { adapter: { blocks, head: partOf(head, HEAD) }, merged: merged.size === 0 ? undefined : merged };
}

/**
 * The smallest message that brings a start to a device that holds or makes the rest itself: what its plan says that it
 * receives (`received`: with `head` also what was merged, otherwise never), without the lower blocks that it has.
 * Only `decodeStart` with that rest reads it; for a device that holds nothing there is `encodeWholeStart`.
 * Throws InputError `wire-not-finite`, or `wire-overflow` for what the codec cannot hold.
 * @param holdsTrunk whether it has the frozen lower blocks already
 */
export function encodeStart(
  { adapter, merged }: Start,
  { depth, received = 'both' }: ReceivedPart,
  codec: Codec,
  holdsTrunk: boolean,
): Uint8Array {
  if (received === 'head') {
    const blocks = adapter.blocks.map(() => new Map());
    return encodeWholeStart({ adapter: { ...adapter, blocks }, merged }, codec);
  }
  const travels = holdsTrunk ? restrictToDepth(adapter, depth) : adapter;
  return encodeAdapter(travels, { codec, factors: received });
}

/**
 * What a device starts from once it has the message of `encodeStart`.
 * @param holdsTrunk as the message was encoded with
 * @param held what the device holds or makes itself; taken of it is what the message leaves out: the other factor of
 * each module, all blocks (with `received: 'head'`), the lower blocks, what was merged (unless with `received: 'head'`)
 * @param where the message's source, for error messages
 * @throws InputError as `decodeAdapter` does, `wire-tensor-extra` for a module of which `held` lacks the other factor
 */
export function decodeStart(
  bytes: Uint8Array,
  plan: ReceivedPart,
  { held, holdsTrunk, where }: { readonly held: Start; readonly holdsTrunk: boolean; readonly where: string },
): Start {
  const { received = 'both' } = plan;
  if (received === 'head') {
    const { adapter, merged } = decodeWholeStart(bytes, where);
    return { adapter: { ...held.adapter, head: adapter.head }, merged };
  }
  const partial = received === 'both' ? undefined : { factors: received, held: held.adapter };
  const arrived = decodeAdapter(bytes, where, partial);
  return { adapter: holdsTrunk ? withTrunk(arrived, plan, held.adapter) : arrived, merged: held.merged };
}

const HEAD = 'head.';
const MERGED = 'merged.';
