import type { Adapter } from '@legend-fl/adapter';
import { itemAt } from '@legend-fl/base';
import { squaredChange } from '../algebra/lora-change.ts';
import type { JsonValue } from '../global-state.ts';
import { invalidMemory } from '../invalid-memory.ts';
import type { Update } from '../update.ts';

/** Weight of what was known before in the moving average of importance (ours; that of capacities too). */
export const IMPORTANCE_WEIGHT = 0.8;

/** How far the devices of a round have moved each block; entry l-1 belongs to block l. */
export interface Movement {
  /** Σ n_i·‖ΔW'_{i,l} - ΔW_{i,l}‖_F over the devices that trained the block. */
  readonly moved: Float64Array;
  /** Σ n_i over the same. */
  readonly examples: Float64Array;
  /** How many they are. */
  readonly updates: Float64Array;
}

/**
 * Importance g_l of block l, learned from how far devices move it (ours). With n_i the examples of device i and S_l the
 * devices that trained block l in this round,
 *
 *   m_l = Σ_{i ∈ S_l} n_i·‖ΔW'_{i,l} - ΔW_{i,l}‖_F / Σ_{i ∈ S_l} n_i,   from what the device was given to what it sent;
 *   m̂_l = m_l·Σ g / Σ m,   both sums over the blocks that anybody trained;
 *   g_l ← ρ·g_l + (1-ρ)·m̂_l,   ρ = 0.8; a block that nobody trained keeps its g_l.
 *
 * It starts at g_l = r_l. Importance is relative: the trained blocks share out anew what they had together, so Σ g stays,
 * and a block doesn't lose to others because nobody was asked to train it.
 *
 * The norm is that of the change in the weights ΔW = (α/r)·B·A, over all targets of the block, and not of the change in
 * A and B. Under AdamW every entry of A and B moves by about the learning rate at each step, so their change counts
 * little but parameters; and as long as B is small, as at the start, a moved A changes nothing in what the model does.
 *
 * @param minimumCohort a block that fewer devices trained counts as one that nobody trained
 */
export function learnImportance(
  importance: readonly number[],
  movement: Movement,
  minimumCohort = 1,
): readonly number[] {
  const { moved } = movement;
  const examples = movement.examples.map((each, index) =>
    itemAt(movement.updates, index) < minimumCohort ? 0 : each,
  );
  const means = importance.map((_, index) => {
    const weight = itemAt(examples, index);
    return weight === 0 ? 0 : itemAt(moved, index) / weight;
  });
  const meansTotal = means.reduce((sum, mean) => sum + mean, 0);
  if (meansTotal === 0) return importance;
  const shared = importance.reduce((sum, each, index) => (examples[index] ? sum + each : sum), 0);
  return importance.map((each, index) => {
    if (!examples[index]) return each;
    return IMPORTANCE_WEIGHT * each + (1 - IMPORTANCE_WEIGHT) * shared * (itemAt(means, index) / meansTotal);
  });
}

export function beginMovement(blocks: number): Movement {
  return {
    moved: new Float64Array(blocks),
    examples: new Float64Array(blocks),
    updates: new Float64Array(blocks),
  };
}

/**
 * Adds the movement of one device.
 *
 * @param start what the device was given, of the shapes of the update
 */
export function addMovement({ moved, examples, updates }: Movement, start: Adapter, update: Update): void {
  const lowest = update.adapter.blocks.length - update.depth;
  for (let index = lowest; index < update.adapter.blocks.length; index++) {
    const change = Math.sqrt(squaredBlockChange(start, update.adapter, index));
    moved[index] = itemAt(moved, index) + update.examples * change;
    examples[index] = itemAt(examples, index) + update.examples;
    updates[index] = itemAt(updates, index) + 1;
  }
}

function squaredBlockChange(start: Adapter, end: Adapter, index: number): number {
  let sum = 0;
  for (const [target, module] of itemAt(end.blocks, index)) {
    const before = start.blocks[index]?.get(target);
    if (module.kind === 'lora' && before?.kind === 'lora') sum += squaredChange(before, module);
  }
  return sum;
}

/** What `writeImportance` wrote, or the ranks where nothing was. Throws InputError `memory-invalid` for anything else. */
export function readImportance(memory: JsonValue, ranks: readonly number[]): readonly number[] {
  if (memory === null) return ranks;
  const importance = typeof memory === 'object' && 'importance' in memory ? memory.importance : undefined;
  const isNumber = (each: JsonValue): each is number =>
    typeof each === 'number' && each >= 0 && each < Infinity;
  if (Array.isArray(importance) && importance.length === ranks.length && importance.every(isNumber)) {
    return importance;
  }
  const expected = `the importance of each of ${ranks.length} blocks, finite and at least zero`;
  throw invalidMemory('legend', expected, memory);
}

export function writeImportance(importance: readonly number[]): JsonValue {
  return { importance };
}
