import { type Adapter, mapTensors, type Tensor } from '../adapter.ts';
import type { Factors } from '../local-training.ts';
import { updateDescription } from './description.ts';
import { travellingTensors } from './factors.ts';
import { invalidMessage } from './invalid-message.ts';
import { type Message, openMessage } from './open-message.ts';
import { checkFinite, readTensors } from './read-tensors.ts';
import { addTensors, haveSameDims } from './tensor-sum.ts';

export interface DecodeUpdateOptions {
  readonly factors?: Factors;
  /**
   * Float32 values as views of the message's bytes, not yet known to be finite: for who checks them where they are used,
   * and is done with them before the bytes change.
   */
  readonly asViews?: boolean;
}

/**
 * What a device trained, from the message of `encodeUpdate`: `start` plus the difference, or the values themselves;
 * tensors that did not travel and alphas are those of `start`.
 * Throws InputError as `openMessage` and `readTensors` do, and `wire-tensor-missing`, `wire-tensor-extra` and
 * `wire-shape` unless the message holds exactly the tensors of `start` that travel with `factors`.
 * @param start what the device was to train, with the values that it received: its own blocks and the head
 * @param where the message's source, for error messages
 */
export function decodeUpdate(
  start: Adapter,
  bytes: Uint8Array,
  where: string,
  { factors = 'both', asViews = false }: DecodeUpdateOptions = {},
): Adapter {
  const message = openMessage(bytes, updateDescription, where);
  checkEntries(message, travellingTensors(start, factors), where);
  const tensors = readTensors(message, where, { asViews });
  const isDifference = message.description.content === 'difference';
  return mapTensors(start, (name, received) => {
    const sent = tensors.get(name);
    if (sent === undefined) return received;
    if (!isDifference) return sent;
    const trained = addTensors(received, sent);
    checkFinite(name, trained.data, where);
    return trained;
  });
}

function checkEntries({ entries }: Message, expected: ReadonlyMap<string, Tensor>, where: string): void {
  for (const [name, tensor] of expected) {
    const entry = entries.get(name);
    if (entry === undefined)
      throw invalidMessage(where, 'tensor-missing', `tensor ${name}`, 'none of that name');
    if (haveSameDims(tensor, entry)) continue;
    throw invalidMessage(where, 'shape', `${name} of shape [${tensor.dims}]`, `[${entry.dims}]`);
  }
  for (const name of entries.keys()) {
    if (expected.has(name)) continue;
    throw invalidMessage(
      where,
      'tensor-extra',
      'only what the device was to train and send',
      `tensor ${name}`,
    );
  }
}
