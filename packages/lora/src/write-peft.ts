import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Adapter, rankOf, type Tensor } from '@legend/adapter';
import { type Architecture, writeSafetensors } from '@legend/models';
import { parsePeftConfig } from './peft-config.ts';
import { peftHeadName, peftLayout, peftLoraName, peftTensorDims } from './peft-layout.ts';

const FILES = ['adapter_model.safetensors', 'adapter_config.json'] as const;

/**
 * Writes an adapter as a folder that PEFT loads. Both files are complete before the first replaces an older one.
 *
 * @param baseModel path or hub name of the base, for whoever loads the adapter without naming one
 * @throws RangeError when the adapter does not fit the architecture or carries no LoRA
 */
export async function writePeftAdapter(
  folder: string,
  adapter: Adapter,
  architecture: Architecture,
  { baseModel }: { readonly baseModel: string | null },
): Promise<void> {
  const config = { ...FIXED_OPTIONS, base_model_name_or_path: baseModel, ...describe(adapter, architecture) };
  const tensors = nameTensors(adapter, architecture);
  checkDescribed(config, tensors, architecture);

  const staging = join(folder, `.unfinished-${randomUUID()}`);
  await mkdir(staging, { recursive: true });
  try {
    await writeSafetensors(join(staging, FILES[0]), { tensors, metadata: { format: 'pt' } });
    await writeFile(join(staging, FILES[1]), `${JSON.stringify(config, null, 2)}\n`, { flush: true });
    for (const file of FILES) await rename(join(staging, file), join(folder, file));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const FIXED_OPTIONS = {
  peft_type: 'LORA',
  task_type: 'SEQ_CLS',
  inference_mode: true,
  bias: 'none',
  fan_in_fan_out: false,
  lora_dropout: 0,
  init_lora_weights: true,
  use_rslora: false,
  use_dora: false,
};

interface AdaptedModule {
  readonly path: string;
  readonly target: string;
  readonly block: number;
  readonly rank: number;
  readonly alpha: number;
}

/** The part of adapter_config.json that depends on the adapter: r and lora_alpha of the top block, patterns for the rest. */
function describe(adapter: Adapter, architecture: Architecture) {
  const modules = adapter.blocks.flatMap((block, index) =>
    [...block].map(([target, module]): AdaptedModule => {
      const path = `${architecture.blockPath(index + 1)}.${target}`;
      return { path, target, block: index + 1, rank: rankOf(module), alpha: module.alpha };
    }),
  );
  const top = modules.at(-1);
  if (top === undefined) throw new RangeError('An adapter without LoRA has no PEFT form');
  const blocks = [...new Set(modules.map(({ block }) => block))];
  return {
    r: top.rank,
    lora_alpha: top.alpha,
    rank_pattern: Object.fromEntries(
      modules.filter(({ rank }) => rank !== top.rank).map(({ path, rank }) => [path, rank]),
    ),
    alpha_pattern: Object.fromEntries(
      modules.filter(({ alpha }) => alpha !== top.alpha).map(({ path, alpha }) => [path, alpha]),
    ),
    target_modules: targetModules(modules, blocks.length, architecture),
    layers_to_transform: blocks.length === architecture.blocks ? null : blocks.map((block) => block - 1),
    layers_pattern: null,
    modules_to_save: modulesToSave(adapter, architecture),
  };
}

/**
 * Names of targets, or whole paths where names would say too much: PEFT compares the ends of paths, so
 * `output.dense` would name `attention.output.dense` as well.
 */
function targetModules(
  modules: readonly AdaptedModule[],
  adaptedBlocks: number,
  architecture: Architecture,
): readonly string[] {
  const targets = new Set(modules.map(({ target }) => target));
  const named = architecture.linearMaps.filter(({ name }) =>
    [...targets].some((target) => name === target || name.endsWith(`.${target}`)),
  );
  const everywhere = modules.length === targets.size * adaptedBlocks;
  const exact = everywhere && named.length === targets.size;
  return exact ? [...targets] : modules.map(({ path }) => path);
}

function modulesToSave(adapter: Adapter, architecture: Architecture): readonly string[] {
  const names = [...adapter.head.keys()].map(
    (name) =>
      architecture.headModules.find((module) => name.startsWith(`${module}.`)) ??
      name.replace(/\.[^.]+$/, ''),
  );
  return [...new Set(names)];
}

function nameTensors(adapter: Adapter, architecture: Architecture): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [index, block] of adapter.blocks.entries()) {
    for (const [target, { a, b }] of block) {
      tensors.set(peftLoraName(architecture, index + 1, target, 'lora_A'), a);
      tensors.set(peftLoraName(architecture, index + 1, target, 'lora_B'), b);
    }
  }
  for (const [name, tensor] of adapter.head) tensors.set(peftHeadName(name), tensor);
  return tensors;
}

/** Throws a RangeError unless the configuration, read as PEFT reads it, means exactly these tensors. */
function checkDescribed(
  config: Readonly<Record<string, unknown>>,
  tensors: ReadonlyMap<string, Tensor>,
  architecture: Architecture,
): void {
  const parsed = parsePeftConfig(config, 'adapter_config.json');
  const layout = peftLayout(parsed, architecture, 'adapter_config.json');
  const described = peftTensorDims(layout, architecture);
  for (const name of new Set([...described.keys(), ...tensors.keys()])) {
    const [expected, got] = [described.get(name), tensors.get(name)?.dims];
    if (expected?.join() === got?.join()) continue;
    throw new RangeError(
      `${architecture.modelType} adapter: ${name} has shape [${got}] where [${expected}] belongs`,
    );
  }
}
