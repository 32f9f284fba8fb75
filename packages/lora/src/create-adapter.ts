import type { Adapter, LoraModule, Tensor } from '@legend-fl/adapter';
import { InputError, itemAt, type Random, seededRandom } from '@legend-fl/base';
import type { Architecture, LinearMap } from '@legend-fl/models';

/** Which linear maps carry LoRA, and with which ranks. */
export interface LoraSpecification {
  /** Names of linear maps inside a block: whole (`attention.self.query`) or the last part (`query`), as PEFT matches. */
  readonly targets: readonly string[];
  /** r_1 … r_L, one per block; a block of rank 0 carries no LoRA. */
  readonly ranks: readonly number[];
  /** α_1 … α_L, one per block; without effect where the rank is 0. */
  readonly alphas: readonly number[];
}

/**
 * A fresh adapter: A Kaiming-uniform with a = √5, that is uniform in ±1/√in, and B zero, so that it changes nothing
 * yet (as PEFT initialises it; LoRA, section 4.1).
 *
 * @param head the task head it starts from
 * @throws InputError for unknown targets, ranks below 0, or a number of ranks other than L
 */
export function createAdapter(
  architecture: Architecture,
  specification: LoraSpecification,
  head: ReadonlyMap<string, Tensor>,
  seed: number,
): Adapter<LoraModule> {
  const maps = selectLinearMaps(architecture, specification.targets);
  const { ranks, alphas } = specification;
  checkPerBlock('ranks', ranks, architecture.blocks, (rank) => Number.isInteger(rank) && rank >= 0);
  checkPerBlock(
    'alphas',
    alphas,
    architecture.blocks,
    (alpha, index) => ranks[index] === 0 || (Number.isFinite(alpha) && alpha > 0),
  );
  const blocks = ranks.map((rank, index) => {
    if (rank === 0) return new Map<string, LoraModule>();
    const modules = maps.map((map): [string, LoraModule] => {
      const random = seededRandom(seed, 'lora_A', index + 1, map.name);
      return [map.name, createModule(map, rank, itemAt(alphas, index), random)];
    });
    return new Map(modules);
  });
  return { blocks, head };
}

function createModule(map: LinearMap, rank: number, alpha: number, random: Random): LoraModule {
  const bound = 1 / Math.sqrt(map.in);
  return {
    kind: 'lora',
    alpha,
    a: {
      dims: [rank, map.in],
      data: Float32Array.from({ length: rank * map.in }, () => bound * (2 * random() - 1)),
    },
    b: { dims: [map.out, rank], data: new Float32Array(map.out * rank) },
  };
}

/**
 * The linear maps that `targets` name, in the order of computation.
 * @throws InputError when a target names none
 */
export function selectLinearMaps(
  architecture: Architecture,
  targets: readonly string[],
): readonly LinearMap[] {
  const names = (target: string, map: LinearMap) => map.name === target || map.name.endsWith(`.${target}`);
  const unknown = targets.find((target) => !architecture.linearMaps.some((map) => names(target, map)));
  if (unknown !== undefined || targets.length === 0) {
    throw new InputError({
      code: 'target-unknown',
      expected: `linear maps of a ${architecture.modelType} block: ${architecture.linearMaps.map((map) => map.name).join(', ')}`,
      got: unknown ?? 'none',
      where: 'LoRA targets',
      todo: 'Name one or more of them, whole or by their last part.',
    });
  }
  return architecture.linearMaps.filter((map) => targets.some((target) => names(target, map)));
}

function checkPerBlock(
  name: string,
  values: readonly number[],
  blocks: number,
  valid: (value: number, index: number) => boolean,
): void {
  if (values.length === blocks && values.every(valid)) return;
  throw new InputError({
    code: `${name}-invalid`,
    expected: `${blocks} ${name}, one per block, none below zero`,
    got: `[${values.join(', ')}]`,
    where: `LoRA ${name}`,
    todo: `Give ${blocks} ${name}; rank 0 for a block without LoRA.`,
  });
}
