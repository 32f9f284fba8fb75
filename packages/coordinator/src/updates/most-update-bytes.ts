import { MAX_HEADER_BYTES, namedTensors, restrictToDepth } from '@legend-fl/adapter';
import type { Offer } from '../phases/hand-out.ts';

/** Bytes of the header's length. */
const LENGTH_BYTES = 8;

/** Bytes that the update of a device may have at most: what it trains as float32, the widest type, and a header. */
export function mostUpdateBytes({ start, plan }: Pick<Offer, 'start' | 'plan'>): number {
  let bytes = LENGTH_BYTES + MAX_HEADER_BYTES;
  for (const { data } of namedTensors(restrictToDepth(start, plan.depth)).values()) bytes += data.byteLength;
  return bytes;
}
