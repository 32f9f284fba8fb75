import type { SafetensorsFile } from '@legend-fl/adapter';
import {
  type Adapter,
  type AdapterModule,
  flattenAdapter,
  headTensorName,
  mapTensors,
  namedTensors,
  rankOf,
  restoreAdapter,
  type Tensor,
} from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import type { Architecture, LinearMap } from '@legend-fl/models';
import * as z from 'zod';
import { readFinite } from './read-finite.ts';

/**
 * What stands in `peft_type` where PEFT's format has no room for an adapter. PEFT refuses it by this name. The tensors
 * have the flat names of `namedTensors`.
 */
export const FLAT_TYPE = 'LEGEND_BOTTLENECK';

const schema = z.looseObject({
  peft_type: z.literal(FLAT_TYPE),
  blocks: z.int().positive(),
  /** α of the LoRA modules, if there are any, by `blocks.<l>.<target>`. */
  alphas: z.record(z.string(), z.number()),
});

/** The adapter as adapter_config.json and the tensors beside it. @throws RangeError when it does not fit the architecture */
export function flatFormat(
  adapter: Adapter,
  architecture: Architecture,
): { readonly config: Readonly<Record<string, unknown>>; readonly tensors: ReadonlyMap<string, Tensor> } {
  const misfit = findMisfit(adapter, architecture);
  if (misfit)
    throw new RangeError(`${architecture.modelType} adapter: expected ${misfit.expected}, got ${misfit.got}`);
  const { blocks, tensors, alphas } = flattenAdapter(adapter);
  return { config: { peft_type: FLAT_TYPE, task_type: 'SEQ_CLS', blocks, alphas }, tensors };
}

/** The adapter that `flatFormat` described. @throws InputError when it is damaged or belongs to another model */
export async function readFlatAdapter(
  config: Readonly<Record<string, unknown>>,
  configPath: string,
  file: SafetensorsFile,
  architecture: Architecture,
): Promise<Adapter> {
  const parsed = schema.safeParse(config);
  if (!parsed.success) {
    throw new InputError({
      code: 'adapter-config-invalid',
      expected: 'the configuration of an adapter that Legend wrote',
      got: z.prettifyError(parsed.error).replaceAll('\n', ' '),
      where: configPath,
      todo: 'Write the adapter again.',
      cause: parsed.error,
    });
  }
  const tensors = new Map<string, Tensor>();
  for (const name of file.entries.keys()) tensors.set(name, await readFinite(file, name));
  const adapter = restoreAdapter({ ...parsed.data, tensors }, file.path);
  const misfit = findMisfit(adapter, architecture);
  if (!misfit) return adapter;
  throw new InputError({
    code: 'adapter-shape-mismatch',
    ...misfit,
    where: file.path,
    todo: 'Check that the adapter belongs to this model.',
  });
}

/** The first thing about an adapter that an architecture has no place for. */
function findMisfit(
  adapter: Adapter,
  { blocks, linearMaps, headParameters }: Architecture,
): { readonly expected: string; readonly got: string } | undefined {
  if (adapter.blocks.length !== blocks) {
    return { expected: `${blocks} blocks`, got: String(adapter.blocks.length) };
  }
  const dims = new Map<string, readonly number[]>();
  for (const parameter of headParameters) dims.set(headTensorName(parameter.name), parameter.dims);
  const fitting: Adapter = {
    head: new Map(),
    blocks: adapter.blocks.map(
      (block) =>
        new Map(
          [...block].flatMap(([target, module]) => {
            const map = linearMaps.find(({ name }) => name === target);
            return map ? [[target, moduleOfShape(module, map)] as const] : [];
          }),
        ),
    ),
  };
  mapTensors(fitting, (name, tensor) => {
    dims.set(name, tensor.dims);
    return tensor;
  });
  for (const [name, tensor] of namedTensors(adapter)) {
    const expected = dims.get(name);
    if (expected?.join() === tensor.dims.join()) continue;
    return {
      expected: expected
        ? `tensor ${name} of shape [${expected}]`
        : 'modules on linear maps of the model’s blocks',
      got: expected ? `shape [${tensor.dims}]` : name,
    };
  }
  return undefined;
}

/** A module of the same kind and rank, in the shapes that belong to a linear map; without elements. */
function moduleOfShape(module: AdapterModule, map: LinearMap): AdapterModule {
  const rank = rankOf(module);
  const shaped = (...dims: readonly number[]): Tensor => ({ dims, data: new Float32Array() });
  switch (module.kind) {
    case 'lora':
      return { ...module, a: shaped(rank, map.in), b: shaped(map.out, rank) };
    case 'bottleneck':
      return {
        ...module,
        down: shaped(rank, map.out),
        downBias: shaped(rank),
        up: shaped(map.out, rank),
        upBias: shaped(map.out),
      };
  }
}
