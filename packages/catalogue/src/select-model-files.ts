import { SourceFailure } from './source.ts';

/** The one file that holds a small model's weights. */
export const weightsFile = 'model.safetensors';
/** Says which of several weight files holds which tensor. */
export const weightsIndexFile = 'model.safetensors.index.json';

const required = ['config.json', 'tokenizer.json'];
const optional = ['tokenizer_config.json'];

/**
 * The files of a folder or repository that make up a model: configuration, tokenizer and weights, the
 * latter in one file or in numbered ones with an index.
 *
 * @throws SourceFailure naming what is missing.
 */
export function selectModelFiles(paths: readonly string[]): readonly string[] {
  const present = new Set(paths);
  const weights = present.has(weightsFile) ? [weightsFile] : [weightsIndexFile, ...shardsOf(paths)];
  const missing = [...required, ...weights].filter((path) => !present.has(path));
  if (missing.length > 0) {
    const named = missing.map((path) => (path === weightsIndexFile ? `${weightsFile} (or its index)` : path));
    throw new SourceFailure('incomplete', `it lacks ${named.join(', ')}`);
  }
  return [...required, ...optional.filter((path) => present.has(path)), ...weights];
}

/** All the numbered weight files there must be, going by those there are. */
function shardsOf(paths: readonly string[]): string[] {
  const total = paths.map((path) => /^model-\d{5}-of-(\d{5})\.safetensors$/.exec(path)?.[1]).find(Boolean);
  if (total === undefined) return paths.filter((path) => /^[^/]+\.safetensors$/.test(path));
  const numbers = Array.from({ length: Number(total) }, (_, index) => String(index + 1).padStart(5, '0'));
  return numbers.map((number) => `model-${number}-of-${total}.safetensors`);
}
