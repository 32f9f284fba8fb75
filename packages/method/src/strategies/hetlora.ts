import { type Adapter, mapTensors, matrixDims, namedTensors, rankOf, type Tensor } from '@legend-fl/adapter';
import { entryOf, itemAt } from '@legend-fl/base';
import { addHead, beginHead, finishHead, type HeadAverage } from '../aggregation/head-average.ts';
import { type RoundStarts, roundStarts } from '../aggregation/round-starts.ts';
import { startAdapter } from '../aggregation/start-adapter.ts';
import { normOfTail, squaredNormOfProduct } from '../algebra/lora-product.ts';
import type { GlobalState, JsonValue } from '../global-state.ts';
import { invalidMemory } from '../invalid-memory.ts';
import type { Plan } from '../plan.ts';
import type { RoundContext } from '../round-context.ts';
import type { Update } from '../update.ts';
import { planRankByDevice, type RankRange, rankRange } from './rank-by-device.ts';
import type { Strategy } from './strategy.ts';
import { initialLora, type ResolvedOptions } from './strategy-options.ts';

/** γ and λ (the values are ours). For ranks up to 12, ⌈γ·r⌉ is below r only if γ is at most 11/12. */
const KEPT_SHARE = 0.85;
const PENALTY_WEIGHT = 0.01;

/**
 * HetLoRA (Cho et al., "Heterogeneous LoRA for Federated Fine-tuning of On-Device Foundation Models", arXiv 2401.06432):
 * ranks r_min ≤ r_k ≤ r_max by device. Theirs, in the four steps of a round:
 *
 * 1. Device k starts from B[:, :r_k] and A[:r_k, :] of the global adapter, which has rank r_max.
 * 2. It adds λ·‖B[:, ⌈γr_k⌉:]‖_F·‖A[⌈γr_k⌉:, :]‖_F to its loss.
 * 3. If that tail weighs less after training than before, the device prunes itself: r_k ← ⌈γ·r_k⌉.
 * 4. The server pads with zeros to r_max and averages with weights s_k = ‖B_k·A_k‖_F / Σ_j ‖B_j·A_j‖_F.
 *
 * Ours: the first rank of a device, see `planRankByDevice`; it has one rank for all blocks, so that norms and tails are
 * taken over all its modules, ‖·‖² and the products of 2 summed up; pruned is from the next round on, and not below
 * r_min; while all norms are zero updates weigh the same; the head is averaged by examples; ranks that some devices have,
 * but fewer than the minimum cohort, keep their values. `memory` holds the ranks of devices that have taken part, by id.
 */
export function hetlora(options: ResolvedOptions): Strategy<HetloraSum> {
  const name = 'hetlora';
  const rangeOf = (blocks: number) => rankRange(options.ranks, blocks);
  return {
    name,
    describe: () => ({
      name,
      summary: 'All blocks with a rank by device that prunes itself, padded and averaged by the norm of B·A.',
      source: 'Cho et al., arXiv 2401.06432, EMNLP 2024',
      options: {
        ranks: options.ranks,
        alphaPerRank: options.alphaPerRank,
        keptShare: KEPT_SHARE,
        penaltyWeight: PENALTY_WEIGHT,
      },
    }),
    initialAdapter: ({ blocks }) =>
      initialLora(new Array<number>(blocks).fill(rangeOf(blocks).most), options),
    plan: (context) => planWithPenalty(name, context, rangeOf(context.profile.blocks)),
    deviceAdapter: startAdapter,
    begin: (global, plan) => beginPadded(global, plan, rangeOf(global.adapter.blocks.length)),
    add: addPadded,
    finish: finishPadded,
  };
}

function planWithPenalty(name: string, context: RoundContext, range: RankRange): Plan {
  const kept = ranksOf(context.global.memory);
  const plan = planRankByDevice(name, context, range, (id, byPlace) => kept.get(id) ?? byPlace);
  const tailPenalty = { weight: PENALTY_WEIGHT, keptShare: KEPT_SHARE };
  return {
    ...plan,
    devices: plan.devices.map((device) =>
      canPrune(itemAt(device.ranks, 0), range) ? { ...device, training: { tailPenalty } } : device,
    ),
  };
}

/** ⌈γ·r⌉ */
function prunedRank(rank: number): number {
  return Math.ceil(KEPT_SHARE * rank);
}

function canPrune(rank: number, { least }: RankRange): boolean {
  return prunedRank(rank) < rank && prunedRank(rank) >= least;
}

/** Ranks by device as `finishPadded` keeps them in memory. Throws InputError `memory-invalid` for anything else. */
function ranksOf(memory: JsonValue): Map<string, number> {
  const expected = 'a whole rank from 1 for each device';
  if (typeof memory !== 'object' || Array.isArray(memory)) throw invalidMemory('hetlora', expected, memory);
  const ranks = new Map<string, number>();
  for (const [id, rank] of Object.entries(memory ?? {})) {
    if (typeof rank !== 'number' || !Number.isInteger(rank) || rank < 1) {
      throw invalidMemory('hetlora', expected, { [id]: rank });
    }
    ranks.set(id, rank);
  }
  return ranks;
}

export interface HetloraSum {
  readonly global: GlobalState;
  readonly range: RankRange;
  readonly starts: RoundStarts;
  /** Σ_k w_k·x_k of A and B, padded to r_max, by the names of `namedTensors`. */
  readonly padded: ReadonlyMap<string, Float64Array>;
  /** Σ_k ‖B_k·A_k‖_F. */
  norms: number;
  /** Updates so far. While `norms` is zero each has weight 1 in `padded`; the first with a norm displaces them. */
  count: number;
  readonly minimumCohort: number;
  /** Updates that have rank j, from 0. */
  readonly byRank: number[];
  readonly head: HeadAverage;
  readonly ranks: Map<string, number>;
}

function beginPadded(global: GlobalState, plan: Plan, range: RankRange): HetloraSum {
  const zeros = [...namedTensors(loraOnly(global.adapter))].map(
    ([name, { data }]) => [name, new Float64Array(data.length)] as const,
  );
  return {
    global,
    range,
    starts: roundStarts(global, plan),
    padded: new Map(zeros),
    norms: 0,
    count: 0,
    minimumCohort: plan.minimumCohort ?? 1,
    byRank: new Array<number>(range.most).fill(0),
    head: beginHead(global.adapter),
    ranks: ranksOf(global.memory),
  };
}

/** Adds one update into `sum` and returns it. Throws InputError as `RoundStarts.check` does, before anything changes. */
function addPadded(sum: HetloraSum, update: Update): HetloraSum {
  const { device, start } = sum.starts.check(update);
  const norm = normOfProducts(update.adapter);
  if (norm > 0 && sum.norms === 0) for (const values of sum.padded.values()) values.fill(0);
  const weight = norm === 0 && sum.norms === 0 ? 1 : norm;
  const globalTensors = namedTensors(sum.global.adapter);
  for (const [name, tensor] of namedTensors(loraOnly(update.adapter))) {
    const [, columns] = matrixDims(entryOf(globalTensors, name));
    addCorner(entryOf(sum.padded, name), columns, tensor, weight);
  }
  sum.norms += norm;
  sum.count += 1;
  addHead(sum.head, update);
  const rank = itemAt(device.ranks, 0);
  for (let index = 0; index < rank; index++) sum.byRank[index] = itemAt(sum.byRank, index) + 1;
  if (canPrune(rank, sum.range) && weightOfTails(update.adapter) < weightOfTails(start)) {
    sum.ranks.set(device.id, prunedRank(rank));
  } else if (!sum.ranks.has(device.id)) {
    sum.ranks.set(device.id, rank);
  }
  return sum;
}

function finishPadded(sum: HetloraSum): GlobalState {
  const { global, padded, norms, count, minimumCohort, byRank, head, ranks } = sum;
  if (count < minimumCohort) return global;
  const total = norms > 0 ? norms : count;
  /** Ranks that some devices have, but too few. */
  const kept = byRank.map((updates) => updates > 0 && updates < minimumCohort);
  const { blocks } = mapTensors(loraOnly(global.adapter), (name, { dims, data }) => {
    const [, columns] = matrixDims({ dims });
    const rankAt = (index: number) =>
      name.endsWith('lora_A') ? Math.floor(index / columns) : index % columns;
    const averaged = Float32Array.from(entryOf(padded, name), (value, index) =>
      kept[rankAt(index)] ? (data[index] ?? 0) : value / total,
    );
    return { dims, data: averaged };
  });
  return {
    ...global,
    adapter: { blocks, head: finishHead(head, global.adapter) },
    memory: Object.fromEntries(ranks),
  };
}

function loraOnly({ blocks }: Adapter): Adapter {
  return { blocks, head: new Map() };
}

/** values += weight·tensor, in the first rows and columns of a matrix of `columns` columns. */
function addCorner(values: Float64Array, columns: number, tensor: Tensor, weight: number): void {
  const { data } = tensor;
  const [rows, own] = matrixDims(tensor);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < own; column++) {
      const index = row * columns + column;
      values[index] = (values[index] ?? 0) + weight * (data[row * own + column] ?? 0);
    }
  }
}

/** ‖B·A‖_F over all modules. */
function normOfProducts({ blocks }: Adapter): number {
  let squares = 0;
  for (const block of blocks) {
    for (const module of block.values()) if (module.kind === 'lora') squares += squaredNormOfProduct(module);
  }
  return Math.sqrt(squares);
}

/** Σ ‖B[:, ⌈γr⌉:]‖_F·‖A[⌈γr⌉:, :]‖_F over all modules, which is what the penalty weighs. */
function weightOfTails({ blocks }: Adapter): number {
  let weight = 0;
  for (const block of blocks) {
    for (const module of block.values()) {
      if (module.kind === 'lora') weight += normOfTail(module, prunedRank(rankOf(module)));
    }
  }
  return weight;
}
