import { type Adapter, restrictToDepth, type Tensor } from '@legend-fl/adapter';
import type { DevicePlan, GlobalState } from '@legend-fl/method';
import { type Codec, decodeAdapter, encodeAdapter } from '@legend-fl/adapter';
import { partOf, putPart } from '../tensor-parts.ts';
import { withTrunk } from '../with-trunk.ts';

/** The adapter and merged changes that a device starts its local steps from. */
export interface Start {
  /** The blocks that it trains, with `trunk: global` those below too, and the head. */
  readonly adapter: Adapter;
  /** Changes that earlier rounds merged into frozen weights; see `GlobalState`. */
  readonly merged: GlobalState['merged'];
}

/** The part of a plan that determines the message down. */
type ReceivedPart = Pick<DevicePlan, 'depth' | 'trunk' | 'received'>;

/**
 * Encodes a whole start: a device can decode it with its model alone, whatever the strategy and whatever rounds it has
 * missed. See `decodeWholeStart`.
 * @throws InputError `wire-not-finite`, or `wire-overflow` for values that the codec cannot hold
 */
export function encodeWholeStart({ adapter, merged }: Start, codec: Codec): Uint8Array {
  const head = new Map<string, Tensor>();
  putPart(head, HEAD, adapter.head);
  putPart(head, MERGED, merged ?? new Map());
  return encodeAdapter({ blocks: adapter.blocks, head }, { codec });
}

/**
 * Decodes the bytes of `encodeWholeStart`, with the codec's rounding. `merged` is undefined if nothing was merged.
 * @param where the message's source, for error messages
 * @throws InputError as `decodeAdapter` does
 */
export function decodeWholeStart(bytes: Uint8Array, where: string): Start {
  const { blocks, head } = decodeAdapter(bytes, where);
  const merged = partOf(head, MERGED);
  return { adapter: { blocks, head: partOf(head, HEAD) }, merged: merged.size === 0 ? undefined : merged };
}

/**
 * Encodes the smallest start for a device that holds or makes the rest itself: the part that its plan names in `received`
 * (merged changes only with `head`), without the lower blocks that it has. Only `decodeStart` can read it, with the rest;
 * for a device that holds nothing use `encodeWholeStart`.
 * @param holdsTrunk whether the device has the frozen lower blocks already
 * @throws InputError `wire-not-finite`, or `wire-overflow` for values that the codec cannot hold
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
 * Decodes the bytes of `encodeStart` into a whole start.
 * @param holdsTrunk as given to `encodeStart`
 * @param held the start that the device holds or makes itself. It supplies the parts that the message leaves out: the other
 * factor of each module, all blocks (with `received: 'head'`), the lower blocks, merged changes (unless `received: 'head'`)
 * @param where the message's source, for error messages
 * @throws InputError as `decodeAdapter` does, `wire-tensor-extra` for a module whose other factor `held` lacks
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
