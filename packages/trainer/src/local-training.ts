import type { Adapter, LocalTraining, TailPenalty } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import type { TrainingVariant } from './programs/program.ts';

/** What of local training is compiled into a program; nothing that is off leaves a trace, so that programs are shared. */
export function trainingVariantOf({ factors, quantizedBlocks }: LocalTraining): TrainingVariant {
  return {
    ...(factors && factors !== 'both' && { factors }),
    ...(quantizedBlocks && { quantizedBlocks }),
  };
}

/** @throws InputError for numbers out of range, or factors of an adapter that has other modules than LoRA */
export function checkLocalTraining(
  { factors = 'both', tailPenalty, quantizedBlocks = 0 }: LocalTraining,
  adapter: Adapter,
  depth: number,
): void {
  const modules = adapter.blocks.flatMap((block) => [...block.values()]);
  const onlyLora = modules.every(({ kind }) => kind === 'lora');
  if (!onlyLora && (factors !== 'both' || tailPenalty)) {
    throw refuse(
      tailPenalty ? 'tailPenalty' : 'factors',
      'an adapter of LoRA modules, which have two factors',
      'bottlenecks',
    );
  }
  if (tailPenalty && !(Number.isFinite(tailPenalty.weight) && tailPenalty.weight >= 0)) {
    throw refuse('tailPenalty.weight', 'a number from 0', String(tailPenalty.weight));
  }
  if (tailPenalty && !(tailPenalty.keptShare > 0 && tailPenalty.keptShare <= 1)) {
    throw refuse('tailPenalty.keptShare', 'a number above 0 and at most 1', String(tailPenalty.keptShare));
  }
  if (!Number.isInteger(quantizedBlocks) || quantizedBlocks < 0 || quantizedBlocks > depth) {
    throw refuse('quantizedBlocks', `an integer from 0 to the depth, ${depth}`, String(quantizedBlocks));
  }
}

/** The number of leading ranks that a tail penalty leaves alone. */
export function keptRanks(rank: number, { keptShare }: TailPenalty): number {
  return Math.ceil(keptShare * rank);
}

function refuse(where: string, expected: string, got: string): InputError {
  return new InputError({
    code: 'local-training-invalid',
    expected,
    got,
    where,
    todo: 'Change the strategy’s settings.',
  });
}
