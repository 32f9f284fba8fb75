import { InputError } from '@legend-fl/base';
import type { Architecture, HeadParameter, LinearMap } from '@legend-fl/models';
import type { PeftConfig } from './peft-config.ts';

/** A linear map that carries LoRA according to a PEFT configuration. */
interface PeftModule {
  readonly block: number;
  readonly map: LinearMap;
  readonly rank: number;
  /** As Legend counts it: ΔW = (alpha / rank)·B·A. */
  readonly alpha: number;
}

/** Everything that an adapter_model.safetensors of this configuration holds. */
export interface PeftLayout {
  /** In the order of the blocks and, inside a block, of computation. */
  readonly modules: readonly PeftModule[];
  readonly head: readonly HeadParameter[];
}

/**
 * What a PEFT configuration means for an architecture, by PEFT's own rules of matching (tuners_utils.py and
 * other.py of PEFT 0.21). Throws an InputError for an expression that is none.
 */
export function peftLayout(config: PeftConfig, architecture: Architecture, where: string): PeftLayout {
  const regular = (source: string) => compile(source, where);
  const targeted = namesModule(config.target_modules, regular);
  const excluded = config.exclude_modules ? namesModule(config.exclude_modules, regular) : () => false;
  const layers = config.layers_to_transform ?? [];
  const layerNumbers = typeof layers === 'number' ? [layers] : layers;
  // A whole path in target_modules counts whatever layers_to_transform says, and so does an expression.
  const layersApply = (path: string) =>
    layerNumbers.length > 0 &&
    typeof config.target_modules !== 'string' &&
    !config.target_modules.includes(path);
  const rankOf = patternValue(config.rank_pattern, config.r, regular);
  const alphaOf = patternValue(config.alpha_pattern, config.lora_alpha, regular);

  const modules: PeftModule[] = [];
  for (let block = 1; block <= architecture.blocks; block++) {
    for (const map of architecture.linearMaps) {
      const path = `${architecture.blockPath(block)}.${map.name}`;
      if (!targeted(path) || excluded(path)) continue;
      if (layersApply(path) && !layerNumbers.includes(block - 1)) continue;
      const rank = rankOf(path);
      const alpha = alphaOf(path) * (config.use_rslora ? Math.sqrt(rank) : 1);
      modules.push({ block, map, rank, alpha });
    }
  }
  const saved = config.modules_to_save ?? [];
  const head = architecture.headParameters.filter(({ name }) =>
    modulesAround(name).some((path) => saved.some((end) => path.endsWith(end))),
  );
  return { modules, head };
}

/** Whether a module path is one of `names` or ends with one after a dot; a single text is a regular expression. */
function namesModule(
  names: string | readonly string[],
  regular: (source: string) => RegExp,
): (path: string) => boolean {
  if (typeof names === 'string') {
    const expression = regular(`^(?:${names})$`);
    return (path) => expression.test(path);
  }
  return (path) => names.some((name) => path === name || path.endsWith(`.${name}`));
}

/** The value of the first pattern that matches a whole path or what follows one of its dots. */
function patternValue(
  patterns: Readonly<Record<string, number>>,
  otherwise: number,
  regular: (source: string) => RegExp,
): (path: string) => number {
  const compiled = Object.entries(patterns).map(
    ([key, value]) => [regular(`^(.*\\.)?(${key})$`), value] as const,
  );
  return (path) => compiled.find(([expression]) => expression.test(path))?.[1] ?? otherwise;
}

function compile(source: string, where: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new InputError({
      code: 'adapter-config-invalid',
      expected: 'module names or regular expressions that JavaScript understands too',
      got: cause instanceof Error ? cause.message : source,
      where,
      todo: 'Write the modules out as a list.',
      cause,
    });
  }
}

/** The modules that hold a parameter, innermost last: `classifier.dense.bias` → `classifier`, `classifier.dense`. */
function modulesAround(parameter: string): readonly string[] {
  const parts = parameter.split('.');
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('.'));
}

/** The names and shapes of the tensors in adapter_model.safetensors. */
export function peftTensorDims(
  { modules, head }: PeftLayout,
  architecture: Architecture,
): ReadonlyMap<string, readonly number[]> {
  const dims = new Map<string, readonly number[]>();
  for (const { block, map, rank } of modules) {
    dims.set(peftLoraName(architecture, block, map.name, 'lora_A'), [rank, map.in]);
    dims.set(peftLoraName(architecture, block, map.name, 'lora_B'), [map.out, rank]);
  }
  for (const parameter of head) dims.set(peftHeadName(parameter.name), parameter.dims);
  return dims;
}

/** The name of a module's factor in adapter_model.safetensors. */
export function peftLoraName(
  architecture: Architecture,
  block: number,
  target: string,
  factor: 'lora_A' | 'lora_B',
): string {
  return `base_model.model.${architecture.blockPath(block)}.${target}.${factor}.weight`;
}

/** The name of a head parameter in adapter_model.safetensors. */
export function peftHeadName(name: string): string {
  return `base_model.model.${name}`;
}
