import type { Architecture } from '@legend-fl/models';
import type { RuntimeTensor } from '../runtime/runtime.ts';
import { padTokens } from './pad-tokens.ts';
import { type TokenizedDataset, tokenCount, tokenRange } from './tokenized-dataset.ts';

/**
 * The graph's inputs for one batch of examples, padded on the right to the bucket of the longest.
 * @param bucketTokens lengths are rounded up to a multiple of this
 */
export function collate(
  architecture: Architecture,
  dataset: TokenizedDataset,
  examples: readonly number[],
  bucketTokens?: number,
): Map<string, RuntimeTensor> {
  const longest = Math.max(1, ...examples.map((example) => tokenCount(dataset, example)));
  const length = Math.min(padTokens(longest, bucketTokens), architecture.maxTokens);
  const dims = [examples.length, length];
  const ids = new Int32Array(examples.length * length).fill(architecture.paddingId);
  const typeIds = new Int32Array(examples.length * length);
  const mask = new Float32Array(examples.length * length);
  for (const [row, example] of examples.entries()) {
    const [start, end] = tokenRange(dataset, example);
    const tokens = dataset.ids.subarray(start, end);
    ids.set(tokens, row * length);
    typeIds.set(dataset.typeIds.subarray(start, end), row * length);
    mask.fill(1, row * length, row * length + tokens.length);
  }
  const positions = Int32Array.from({ length }, (_, index) => index + architecture.firstPosition);
  return new Map<string, RuntimeTensor>([
    ['input_ids', { dtype: 'int32', dims, data: ids }],
    ['position_ids', { dtype: 'int32', dims: [length], data: positions }],
    ['attention_mask', { dtype: 'float32', dims, data: mask }],
    ...(architecture.hasTokenTypes
      ? [['token_type_ids', { dtype: 'int32', dims, data: typeIds }] as const]
      : []),
  ]);
}
