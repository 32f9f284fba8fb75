import { type Adapter, restrictToDepth } from '@legend-fl/adapter';
import type { DevicePlan } from '@legend-fl/method';
import { type Codec, decodeUpdate, type EncodedUpdate, encodeUpdate, type Residual } from '@legend-fl/adapter';

/** The part of a plan that determines the message up. */
type TrainedPart = Pick<DevicePlan, 'depth' | 'training'>;

/**
 * Encodes a device's trained adapter for the coordinator; a difference is taken to the adapter that it received.
 * @param received the adapter that it started from, as it was decoded
 * @param residual from its previous message; the returned one is for the next, see `encodeUpdate`
 * @throws InputError as `encodeUpdate` does
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
 * Decodes a device's trained blocks and head. A difference is added to the coordinator's own exact values, so that rounding on
 * the way down does not accumulate in the global adapter.
 * @param start the coordinator's exact values of the device's start
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
