import { entryOf } from '@legend-fl/base';
import type { Adapter } from '../adapter.ts';
import { flattenAdapter } from '../flat-adapter.ts';
import type { Factors } from '../local-training.ts';
import type { Codec } from './codec.ts';
import { VERSION } from './description.ts';
import { encodeMessage } from './encode-message.ts';
import { listLoraModules, travellingTensors } from './factors.ts';

/**
 * The message that takes an adapter, the part that a device needs, down to it: values, alphas, number of blocks.
 * With f16 and int8 the device starts from rounded values; its update counts from those, so the coordinator has to
 * take what `decodeAdapter` makes of the message as the device's start.
 * Throws InputError `wire-not-finite`, or `wire-overflow` for what the codec cannot hold.
 */
export function encodeAdapter(
  adapter: Adapter,
  { codec, factors = 'both' }: { readonly codec: Codec; readonly factors?: Factors },
): Uint8Array {
  const tensors = travellingTensors(adapter, factors);
  const { blocks, alphas } = flattenAdapter(adapter);
  const alphaOf = new Map(Object.entries(alphas));
  const alphaList = listLoraModules(tensors.keys()).map((module) => entryOf(alphaOf, module));
  return encodeMessage({ version: VERSION, kind: 'adapter', codec, blocks, alphas: alphaList }, tensors);
}
