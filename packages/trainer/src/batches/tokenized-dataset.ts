import { itemAt } from '@legend-fl/base';
import type { Tokenizer } from '@legend-fl/models';

/** A labelled text or pair of texts. */
export interface TextExample {
  readonly text: string;
  readonly textPair?: string | undefined;
  readonly label: number;
}

/** Examples as token ids; in shared memory where there is some, so that every worker reads the same copy. */
export interface TokenizedDataset {
  /** All token ids, one example after the other. */
  readonly ids: Int32Array;
  /** Segment (0 or 1) of every token. */
  readonly typeIds: Uint8Array;
  /** Example i has the tokens from offsets[i] to offsets[i + 1]. */
  readonly offsets: Int32Array;
  readonly labels: Int32Array;
  /** How many examples were longer than the model takes and have been cut. */
  readonly truncated: number;
}

export function exampleCount(dataset: TokenizedDataset): number {
  return dataset.labels.length;
}

/** Where an example's tokens begin and end. */
export function tokenRange(
  { offsets }: TokenizedDataset,
  example: number,
): readonly [start: number, end: number] {
  return [itemAt(offsets, example), itemAt(offsets, example + 1)];
}

/** Number of tokens of an example. */
export function tokenCount(dataset: TokenizedDataset, example: number): number {
  const [start, end] = tokenRange(dataset, example);
  return end - start;
}

/** Mean tokens per example. */
export function meanTokens(dataset: TokenizedDataset): number {
  return dataset.ids.length / exampleCount(dataset);
}

/** Tokens of the longest example. */
export function longestTokens(dataset: TokenizedDataset): number {
  return dataset.labels.reduce((longest, _, example) => Math.max(longest, tokenCount(dataset, example)), 0);
}

/** Tokenises every example, cut to `maxLength` tokens. */
export function tokenizeExamples(
  tokenizer: Tokenizer,
  examples: readonly TextExample[],
  maxLength: number,
): TokenizedDataset {
  const encodings = examples.map(({ text, textPair }) => tokenizer.encode(text, textPair, { maxLength }));
  const total = encodings.reduce((sum, { ids }) => sum + ids.length, 0);
  const dataset = {
    ids: new Int32Array(sharedMemory(4 * total)),
    typeIds: new Uint8Array(sharedMemory(total)),
    offsets: new Int32Array(sharedMemory(4 * (examples.length + 1))),
    labels: new Int32Array(sharedMemory(4 * examples.length)),
    truncated: encodings.filter(({ truncated }) => truncated).length,
  };
  let offset = 0;
  for (const [index, { ids, typeIds }] of encodings.entries()) {
    dataset.ids.set(ids, offset);
    dataset.typeIds.set(typeIds, offset);
    offset += ids.length;
    dataset.offsets[index + 1] = offset;
    dataset.labels[index] = itemAt(examples, index).label;
  }
  return dataset;
}

/** Browsers have shared memory on pages that are isolated from other origins only. */
function sharedMemory(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}
