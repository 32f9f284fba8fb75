import type { Adapter, Tensor } from '../adapter.ts';
import type { Factors } from '../local-training.ts';
import type { Codec } from './codec.ts';
import { updateDescription, VERSION } from './description.ts';
import { encodeMessage } from './encode-message.ts';
import { travellingTensors } from './factors.ts';
import { openMessage } from './open-message.ts';
import { readTensors } from './read-tensors.ts';
import { addTensors, haveSameDims } from './tensor-sum.ts';

/** What a device's messages have not yet said, by the names of `namedTensors`; it stays on the device. */
export type Residual = ReadonlyMap<string, Tensor>;

export interface EncodedUpdate {
  readonly bytes: Uint8Array;
  /** To be handed in with the next update. */
  readonly residual: Residual;
}

export interface UpdateOptions {
  readonly codec: Codec;
  readonly factors?: Factors;
  /** From the update before; without it, nothing is made up for. */
  readonly residual?: Residual;
}

/**
 * The message that takes what a device trained up to the coordinator.
 *
 * With f32 it holds the trained values, which arrive bit for bit (a float32 difference would not bring them back),
 * and nothing stays behind. With f16 and int8 it holds Q(x + e), where x = trained - start is small and so quantises
 * well, and e is the residual; e' = (x + e) - Q(x + e) is kept and makes up for the error next time (error feedback:
 * Seide et al., Interspeech 2014; EF-SGD, arXiv 1901.09847). A residual whose shape no longer fits, because the rank
 * changed, is dropped; tensors that do not travel keep theirs.
 *
 * Throws InputError `wire-not-finite`, or `wire-overflow` for what the codec cannot hold; RangeError if the adapters
 * differ in shape.
 * @param start what the device trained, with the values that it received: its own blocks and the head
 */
export function encodeUpdate(
  start: Adapter,
  trained: Adapter,
  { codec, factors = 'both', residual = new Map() }: UpdateOptions,
): EncodedUpdate {
  const before = travellingTensors(start, factors);
  const after = travellingTensors(trained, factors);
  checkSameShapes(before, after);
  const kept = new Map([...residual].filter(([name]) => !after.has(name)));
  const shared = { version: VERSION, kind: 'update', codec } as const;
  if (codec === 'f32') {
    return { bytes: encodeMessage({ ...shared, content: 'values' }, after), residual: kept };
  }

  const wanted = new Map<string, Tensor>();
  for (const [name, tensor] of after) {
    const difference = addTensors(tensor, tensorLike(before, name, tensor), -1);
    const owed = residual.get(name);
    const isOwed = owed !== undefined && haveSameDims(owed, difference);
    wanted.set(name, isOwed ? addTensors(difference, owed) : difference);
  }
  const bytes = encodeMessage({ ...shared, content: 'difference' }, wanted);
  const where = 'an update that was just encoded';
  const sent = readTensors(openMessage(bytes, updateDescription, where), where);
  for (const [name, tensor] of wanted) {
    kept.set(name, addTensors(tensor, tensorLike(sent, name, tensor), -1));
  }
  return { bytes, residual: kept };
}

function checkSameShapes(before: ReadonlyMap<string, Tensor>, after: ReadonlyMap<string, Tensor>): void {
  for (const [name, tensor] of after) tensorLike(before, name, tensor);
  for (const [name, tensor] of before) tensorLike(after, name, tensor);
}

function tensorLike(tensors: ReadonlyMap<string, Tensor>, name: string, like: Tensor): Tensor {
  const tensor = tensors.get(name);
  if (tensor !== undefined && haveSameDims(tensor, like)) return tensor;
  throw new RangeError(
    `An update needs ${name} of dims [${like.dims}] before and after, not [${tensor?.dims}]`,
  );
}
