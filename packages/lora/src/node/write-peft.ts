import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Adapter, type LoraModule, rankOf, type Tensor } from '@legend-fl/adapter';
import { writeSafetensors } from '@legend-fl/adapter/node';
import type { Architecture } from '@legend-fl/models';
import { flatFormat } from '../flat-format.ts';
import { parsePeftConfig } from '../peft-config.ts';
import { peftHeadName, peftLayout, peftLoraName, peftTensorDims } from '../peft-layout.ts';

const FILES = ['adapter_model.safetensors', 'adapter_config.json'] as const;

/**
 * Writes an adapter as a folder that PEFT loads. Both files are complete before the first replaces an older one.
 * PEFT has no format for bottlenecks: an adapter with one is written in Legend's own, of a `peft_type` that PEFT
 * refuses; `readPeftAdapter` reads both.
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
  const lora = loraBlocks(adapter);
  const described = lora ? peftFormat(adapter, lora, architecture) : flatFormat(adapter, architecture);
  const config = { ...described.config, base_model_name_or_path: baseModel };
  const { tensors } = described;

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

type LoraBlocks = readonly ReadonlyMap<string, LoraModule>[];

/** The adapter's blocks, or undefined where one carries something else than LoRA. */
function loraBlocks({ blocks }: Adapter): LoraBlocks | undefined {
  const lora = blocks.map(
    (block) =>
      new Map([...block].flatMap(([target, module]) => (module.kind === 'lora' ? [[target, module]] : []))),
  );
  return lora.every((block, index) => block.size === blocks[index]?.size) ? lora : undefined;
}

/** adapter_config.json and the tensors beside it, as PEFT names them. */
function peftFormat(adapter: Adapter, blocks: LoraBlocks, architecture: Architecture) {
  const config = { ...FIXED_OPTIONS, ...describe(adapter, blocks, architecture) };
  const tensors = nameTensors(adapter, blocks, architecture);
  checkDescribed(config, tensors, architecture);
  return { config, tensors };
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
function describe(adapter: Adapter, blocks: LoraBlocks, architecture: Architecture) {
  const modules = blocks.flatMap((block, index) =>
    [...block].map(([target, module]): AdaptedModule => {
      const path = `${architecture.blockPath(index + 1)}.${target}`;
      return { path, target, block: index + 1, rank: rankOf(module), alpha: module.alpha };
    }),
  );
  const top = modules.at(-1);
  if (top === undefined) throw new RangeError('An adapter without LoRA has no PEFT form');
  const adapted = [...new Set(modules.map(({ block }) => block))];
  return {
    r: top.rank,
    lora_alpha: top.alpha,
    rank_pattern: Object.fromEntries(
      modules.filter(({ rank }) => rank !== top.rank).map(({ path, rank }) => [path, rank]),
    ),
    alpha_pattern: Object.fromEntries(
      modules.filter(({ alpha }) => alpha !== top.alpha).map(({ path, alpha }) => [path, alpha]),
    ),
    target_modules: targetModules(modules, adapted.length, architecture),
    layers_to_transform: adapted.length === architecture.blocks ? null : adapted.map((block) => block - 1),
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

function nameTensors(adapter: Adapter, blocks: LoraBlocks, architecture: Architecture): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [index, block] of blocks.entries()) {
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
