import { type Adapter, type AdapterModule, parseModulePath, type Tensor } from '@legend-fl/adapter';
import { InputError, requireDefined } from '@legend-fl/base';

/** A module's tensors by part; `null` stands for its rank or width. */
type Shapes = Readonly<Record<string, readonly (number | null)[]>>;

/**
 * Checks that an adapter fits the model of `like`: the same number of blocks, the same head, modules of the same kind and
 * sizes at any rank, on targets that `like` has, and only finite values. The adapter comes from foreign code, so nothing
 * about it is assumed.
 * @throws InputError `adapter-invalid`
 */
export function checkAdapter(adapter: Adapter, like: Adapter, where: string): void {
  if (!Array.isArray(adapter?.blocks) || !(adapter.head instanceof Map)) {
    throw invalid(where, 'an adapter { blocks: Map[], head: Map }', kindOf(adapter));
  }
  if (adapter.blocks.length !== like.blocks.length) {
    throw invalid(where, `${like.blocks.length} blocks`, String(adapter.blocks.length));
  }
  const models = modelModules(like);
  for (const [index, block] of adapter.blocks.entries()) {
    const place = `${where}, block ${index + 1}`;
    if (!(block instanceof Map)) throw invalid(place, 'a Map of modules', kindOf(block));
    for (const [target, module] of block) {
      const model = models.get(target);
      if (model === undefined) throw invalid(place, `targets ${[...models.keys()].join(', ')}`, target);
      checkModule(module, model, `${place}, ${target}`);
    }
  }
  checkHead(adapter, like, where);
}

/** Throws InputError `adapter-invalid` unless these are finite changes to weights that carry LoRA in `like`. */
export function checkMerged(merged: ReadonlyMap<string, Tensor>, like: Adapter, where: string): void {
  if (!(merged instanceof Map)) throw invalid(where, 'merged as a Map of tensors', kindOf(merged));
  const models = modelModules(like);
  for (const [path, tensor] of merged) {
    const { block = 0, target = '' } = parseModulePath(path) ?? {};
    const model = models.get(target);
    if (model?.kind !== 'lora' || block > like.blocks.length) {
      throw invalid(where, 'merged tensors by blocks.<l>.<target>', path);
    }
    checkTensor(tensor, [sizeOf(model.b, 0), sizeOf(model.a, 1)], `${where}, merged ${path}`);
  }
}

/** One module of every target. */
function modelModules({ blocks }: Adapter): ReadonlyMap<string, AdapterModule> {
  return new Map(blocks.flatMap((block) => [...block]));
}

function checkModule(module: AdapterModule, model: AdapterModule, where: string): void {
  if (module?.kind !== model.kind) {
    throw invalid(where, `a module of kind ${model.kind}`, module?.kind ?? kindOf(module));
  }
  if (module.kind === 'lora' && !(module.alpha > 0 && Number.isFinite(module.alpha))) {
    throw invalid(where, 'a finite alpha above zero', String(module.alpha));
  }
  const shapes = shapesOf(model);
  for (const part of Object.keys(shapes)) checkIsTensor(Reflect.get(module, part), `${where}, ${part}`);
  const [rank = 0] = (module.kind === 'lora' ? module.a : module.down).dims;
  if (!(rank >= 1)) throw invalid(where, 'a rank from 1, or no module', String(rank));
  for (const [part, shape] of Object.entries(shapes)) {
    const dims = shape.map((dim) => dim ?? rank);
    checkTensor(Reflect.get(module, part), dims, `${where}, ${part}`);
  }
}

function shapesOf(module: AdapterModule): Shapes {
  if (module.kind === 'lora') {
    return { a: [null, sizeOf(module.a, 1)], b: [sizeOf(module.b, 0), null] };
  }
  const hidden = sizeOf(module.upBias, 0);
  return { down: [null, hidden], downBias: [null], up: [hidden, null], upBias: [hidden] };
}

function sizeOf({ dims }: Tensor, axis: number): number {
  return requireDefined(dims[axis], `axis ${axis} of a tensor of the model`);
}

function checkHead({ head }: Adapter, like: Adapter, where: string): void {
  for (const name of head.keys()) {
    if (!like.head.has(name)) throw invalid(where, `a head of ${[...like.head.keys()].join(', ')}`, name);
  }
  for (const [name, { dims }] of like.head) checkTensor(head.get(name), dims, `${where}, head ${name}`);
}

function checkTensor(value: unknown, dims: readonly number[], where: string): void {
  const tensor = checkIsTensor(value, where);
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (JSON.stringify(tensor.dims) !== JSON.stringify(dims) || tensor.data.length !== size) {
    const got = `[${tensor.dims.join(', ')}] with ${tensor.data.length} values`;
    throw invalid(where, `shape [${dims.join(', ')}]`, got);
  }
  const bad = tensor.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw invalid(where, 'finite values', `${tensor.data[bad]} at ${bad}`);
}

function checkIsTensor(value: unknown, where: string): Tensor {
  const { dims, data } = (value ?? {}) as Partial<Tensor>;
  if (Array.isArray(dims) && data instanceof Float32Array) return { dims, data };
  throw invalid(where, 'a tensor { dims: number[], data: Float32Array }', kindOf(value));
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === 'object' ? `{ ${Object.keys(value).join(', ')} }` : `a ${typeof value}`;
}

function invalid(where: string, expected: string, got: string): InputError {
  return new InputError({
    code: 'adapter-invalid',
    expected,
    got,
    where,
    todo: 'Correct the file; --resume continues a run that has started.',
  });
}
