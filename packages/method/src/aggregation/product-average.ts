import { type Adapter, type AdapterModule, type LoraModule, matrixDims, rankOf } from '@legend-fl/adapter';
import { entryOf, itemAt } from '@legend-fl/base';
import { addLoraProduct } from '../algebra/lora-product.ts';
import type { GlobalState } from '../global-state.ts';
import type { Plan } from '../plan.ts';
import type { Update } from '../update.ts';
import { addHead, beginHead, finishHead, type HeadAverage } from './head-average.ts';
import { type RoundStarts, roundStarts } from './round-starts.ts';

/**
 * Running average of what whole LoRA modules do, ΔW = Σ_k p_k·(α_k/r_k)·B_k·A_k with p_k = n_k/Σ n, and of the head.
 * Dense and in float64: its size is that of the adapted weights, whatever the number and the ranks of the updates.
 */
export interface ProductAverage {
  readonly global: GlobalState;
  readonly round: number;
  /** Updates that it takes to move the state; every device trains all blocks. */
  readonly minimumCohort: number;
  readonly starts: RoundStarts;
  /** Σ_k n_k·(α_k/r_k)·B_k·A_k by target, a row [in] per output; entry l-1 belongs to block l. */
  readonly products: readonly ReadonlyMap<string, readonly Float64Array[]>[];
  readonly head: HeadAverage;
}

export function beginProducts(global: GlobalState, plan: Plan): ProductAverage {
  return {
    global,
    round: plan.round,
    minimumCohort: plan.minimumCohort ?? 1,
    starts: roundStarts(global, plan),
    products: global.adapter.blocks.map(
      (block) =>
        new Map(
          [...block].flatMap(([target, module]) =>
            module.kind === 'lora' ? [[target, zerosLikeProduct(module)] as const] : [],
          ),
        ),
    ),
    head: beginHead(global.adapter),
  };
}

/** Adds one update into `sum` and returns it. Throws InputError as `RoundStarts.check` does, before anything changes. */
export function addProducts(sum: ProductAverage, update: Update): ProductAverage {
  sum.starts.check(update);
  for (const [index, block] of update.adapter.blocks.entries()) {
    for (const [target, module] of block) {
      if (module.kind !== 'lora') continue;
      const rows = entryOf(itemAt(sum.products, index), target);
      addLoraProduct(rows, module, (update.examples * module.alpha) / rankOf(module));
    }
  }
  addHead(sum.head, update);
  return sum;
}

/** A module of the global adapter and the ΔW that was averaged for it. */
export interface AveragedModule {
  readonly block: number;
  readonly target: string;
  readonly module: LoraModule;
  /** ΔW, a row [in] per output. */
  readonly delta: readonly Float64Array[];
}

/** The global adapter with the averaged head and every module made anew; at least one update must have been added. */
export function finishProducts(
  { global, products, head }: ProductAverage,
  remake: (averaged: AveragedModule) => LoraModule,
): Adapter {
  const blocks = global.adapter.blocks.map(
    (block, index) =>
      new Map(
        [...block].map(([target, module]): [string, AdapterModule] => {
          if (module.kind !== 'lora') return [target, module];
          const rows = entryOf(itemAt(products, index), target);
          const delta = rows.map((row) => row.map((value) => value / head.examples));
          return [target, remake({ block: index + 1, target, module, delta })];
        }),
      ),
  );
  return { blocks, head: finishHead(head, global.adapter) };
}

function zerosLikeProduct({ a, b }: LoraModule): Float64Array[] {
  const [outputs] = matrixDims(b);
  const [, inputs] = matrixDims(a);
  return Array.from({ length: outputs }, () => new Float64Array(inputs));
}
