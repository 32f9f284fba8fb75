import type { Random } from '@legend-fl/base';

/** Rows of a fresh A, one after the other: uniform in ±1/√in, as LoRA modules are created with (arXiv 2106.09685, section 4.1). */
export function drawFactorA(rows: number, inputs: number, random: Random): Float32Array {
  const bound = 1 / Math.sqrt(inputs);
  return Float32Array.from({ length: rows * inputs }, () => bound * (2 * random() - 1));
}
