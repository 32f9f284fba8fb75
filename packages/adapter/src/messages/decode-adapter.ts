import { itemAt } from '@legend-fl/base';
import { type Adapter, namedTensors, type Tensor } from '../adapter.ts';
import { restoreAdapter } from '../flat-adapter.ts';
import { adapterDescription } from './description.ts';
import { listLoraModules, travels } from './factors.ts';
import { invalidMessage } from './invalid-message.ts';
import { openMessage } from './open-message.ts';
import { readTensors } from './read-tensors.ts';

/** A message of one factor, and where its receiver takes the other factor from. */
export interface HeldFactor {
  /** What the message brings. */
  readonly factors: 'A' | 'B';
  /** Has the other factor of every module in the message, and maybe more. */
  readonly held: Adapter;
}

/**
 * The adapter that `encodeAdapter` took, as far as its codec keeps the values.
 * Throws InputError as `openMessage` and `readTensors` do, `wire-alphas` for another number of alphas than LoRA
 * modules, `wire-tensor-missing` and `wire-tensor-extra`, `wire-shape` for factors of different ranks,
 * `adapter-tensors` for tensors that belong nowhere.
 * @param where the message's source, for error messages
 * @param partial for a message that was encoded with one factor
 */
export function decodeAdapter(bytes: Uint8Array, where: string, partial?: HeldFactor): Adapter {
  const message = openMessage(bytes, adapterDescription, where);
  const { blocks, alphas } = message.description;
  const modules = listLoraModules(message.entries.keys());
  if (alphas.length !== modules.length) {
    throw invalidMessage(
      where,
      'alphas',
      `${modules.length} alphas, one per LoRA module`,
      String(alphas.length),
    );
  }
  const tensors = readTensors(message, where);
  if (partial !== undefined) addHeldFactor(tensors, modules, partial, where);
  for (const module of modules) checkRanks(module, tensors, where);
  const alphaOf = Object.fromEntries(modules.map((module, index) => [module, itemAt(alphas, index)]));
  return restoreAdapter({ blocks, tensors, alphas: alphaOf }, where);
}

function addHeldFactor(
  tensors: Map<string, Tensor>,
  modules: readonly string[],
  { factors, held }: HeldFactor,
  where: string,
): void {
  for (const name of tensors.keys()) {
    if (travels(name, factors)) continue;
    throw invalidMessage(where, 'tensor-extra', `of the LoRA factors only ${factors}`, `tensor ${name}`);
  }
  const heldTensors = namedTensors(held);
  for (const module of modules) {
    const name = `${module}.lora_${factors === 'A' ? 'B' : 'A'}`;
    const tensor = heldTensors.get(name);
    if (tensor === undefined) {
      throw invalidMessage(
        where,
        'tensor-extra',
        'modules of which the other factor is held',
        `module ${module}`,
      );
    }
    tensors.set(name, tensor);
  }
}

/** A is [r, in] and B is [out, r]. */
function checkRanks(module: string, tensors: ReadonlyMap<string, Tensor>, where: string): void {
  const a = tensors.get(`${module}.lora_A`)?.dims;
  const b = tensors.get(`${module}.lora_B`)?.dims;
  if (a === undefined || b === undefined) {
    throw invalidMessage(where, 'tensor-missing', `both LoRA factors of ${module}`, 'one');
  }
  if (a.length === 2 && b.length === 2 && a[0] === b[1]) return;
  throw invalidMessage(where, 'shape', `${module} with A of [r, in] and B of [out, r]`, `[${a}] and [${b}]`);
}
