import { type Adapter, restrictToDepth } from '@legend-fl/adapter';
import type { DevicePlan } from '@legend-fl/method';
import { type Codec, decodeUpdate, type EncodedUpdate, encodeUpdate, type Residual } from '@legend-fl/adapter';

/** What of a plan decides on the message up. */
type TrainedPart = Pick<DevicePlan, 'depth' | 'training'>;

/**
 * The message that takes what a device trained up to the coordinator; a difference counts from what it received.
 * @param received the adapter that it started from, as its messages said it
 * @param residual from its message before; the one that is returned is for the next, see `encodeUpdate`
 * @throws what `encodeUpdate` does
 */
export function encodeTrained(
  received: Adapter,
  trained: Adapter,
  { depth, training }: TrainedPart,
  codec: Codec,
  residual: Residual,
): EncodedUpdate {
  const factors = training?.factors ?? 'both';
  return encodeUpdate(restrictToDepth(received, depth), trained, { codec, factors, residual });
}

/**
 * What the device trained: its blocks and the head. The coordinator adds a difference to its own exact values, so that
 * rounding on the way down does not pile up in the global adapter.
 * @param start the coordinator's values of what the device was to start from
 * @param where the message's source, for error messages
 * @param asViews see `decodeUpdate`
 * @throws InputError as `decodeUpdate` does
 */
export function decodeTrained(
  start: Adapter,
  bytes: Uint8Array,
  { depth, training }: TrainedPart,
  where: string,
  { asViews = false }: { readonly asViews?: boolean } = {},
): Adapter {
  const factors = training?.factors ?? 'both';
  return decodeUpdate(restrictToDepth(start, depth), bytes, where, { factors, asViews });
}
