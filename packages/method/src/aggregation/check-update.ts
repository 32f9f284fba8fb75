import { type Adapter, areFinite, namedTensors, restrictToDepth, type Tensor } from '@legend-fl/adapter';
import { entryOf, InputError } from '@legend-fl/base';
import type { Update } from '../update.ts';

/**
 * Throws InputError unless `update` is one that a device can have made of the adapter `start`: its depth within the
 * model (`update-depth`), a whole positive number of examples (`update-examples`), the tensors of the trained blocks
 * and the head, all of them (`update-missing`) and no others (`update-extra`), of the same shapes (`update-shape`) and
 * alphas (`update-alpha`), with finite values and loss (`update-not-finite`).
 */
export function checkUpdate(start: Adapter, update: Update): void {
  const { depth, examples, loss, adapter } = update;
  const blocks = start.blocks.length;
  if (!Number.isInteger(depth) || depth < 1 || depth > blocks) {
    throw invalidUpdate(update, 'depth', `a depth from 1 to ${blocks}`, String(depth));
  }
  if (!Number.isInteger(examples) || examples < 1) {
    throw invalidUpdate(update, 'examples', 'a whole number of examples from 1', String(examples));
  }
  if (!Number.isFinite(loss)) throw invalidUpdate(update, 'not-finite', 'a finite loss', String(loss));
  if (adapter.blocks.length !== blocks) {
    throw invalidUpdate(update, 'shape', `${blocks} blocks`, `${adapter.blocks.length} blocks`);
  }
  const expected = restrictToDepth(start, depth);
  const wanted = namedTensors(expected);
  const sent = namedTensors(adapter);
  checkNames(wanted, sent, update);
  checkAlphas(expected, update);
  for (const [name, tensor] of sent) checkTensor(name, entryOf(wanted, name).dims, tensor, update);
}

type NamedTensors = ReadonlyMap<string, Tensor>;

function checkNames(wanted: NamedTensors, sent: NamedTensors, update: Update): void {
  for (const name of wanted.keys()) {
    if (!sent.has(name)) throw invalidUpdate(update, 'missing', `tensor ${name}`, 'none of that name');
  }
  for (const name of sent.keys()) {
    if (wanted.has(name)) continue;
    throw invalidUpdate(
      update,
      'extra',
      `only the head and what depth ${update.depth} trains`,
      `tensor ${name}`,
    );
  }
}

function checkAlphas(expected: Adapter, update: Update): void {
  for (const [index, block] of expected.blocks.entries()) {
    for (const [target, module] of block) {
      if (module.kind !== 'lora') continue;
      const sent = update.adapter.blocks[index]?.get(target);
      if (sent?.kind === 'lora' && sent.alpha === module.alpha) continue;
      const got = sent?.kind === 'lora' ? String(sent.alpha) : `a ${sent?.kind}`;
      throw invalidUpdate(update, 'alpha', `alpha ${module.alpha} for ${target} of block ${index + 1}`, got);
    }
  }
}

function checkTensor(name: string, dims: readonly number[], tensor: Tensor, update: Update): void {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const sameDims = dims.length === tensor.dims.length && dims.every((dim, axis) => dim === tensor.dims[axis]);
  if (!sameDims || tensor.data.length !== size) {
    const got = `[${tensor.dims.join(', ')}] with ${tensor.data.length} values`;
    throw invalidUpdate(update, 'shape', `${name} of shape [${dims.join(', ')}]`, got);
  }
  if (areFinite(tensor.data)) return;
  const index = tensor.data.findIndex((value) => !Number.isFinite(value));
  throw invalidUpdate(update, 'not-finite', `finite values in ${name}`, `${tensor.data[index]} at ${index}`);
}

export function invalidUpdate(update: Update, code: string, expected: string, got: string): InputError {
  return new InputError({
    code: `update-${code}`,
    expected,
    got,
    where: `update of device ${update.deviceId} in round ${update.round}`,
    todo: 'Leave this update out of the round and let the device start again from the global adapter.',
  });
}
