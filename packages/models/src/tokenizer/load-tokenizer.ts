import { Tokenizer as TextTokenizer } from '@huggingface/tokenizers';
import type { JsonObject, ModelFiles } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import { readJsonObject } from '../checkpoint/read-json-object.ts';
import { parseSpecialTokenTemplate, type TemplatePart } from './special-token-template.ts';
import { truncateLongestFirst } from './truncate-tokens.ts';

/** A model's input for one example: as many type ids as token ids, special tokens included. */
export interface TokenizedExample {
  readonly ids: Int32Array;
  /** 0 for the first text, 1 for the second where the model distinguishes them. */
  readonly typeIds: Int32Array;
  /** Whether tokens of the texts were left out to fit the length. */
  readonly truncated: boolean;
}

export interface TokenizeOptions {
  /** Tokens at most, special ones included; unlimited if absent. */
  readonly maxLength?: number;
}

export interface Tokenizer {
  /**
   * Ids of a text, or of a pair, as transformers gives them with truncation `longest_first`.
   * Throws an InputError if `maxLength` leaves no room for the special tokens.
   */
  encode(text: string, textPair?: string, options?: TokenizeOptions): TokenizedExample;
}

/**
 * Loads the tokenizer.json of a model, and its tokenizer_config.json if there is one.
 * Throws an InputError if it is missing, broken or of an unknown kind.
 */
export async function loadTokenizer(files: ModelFiles): Promise<Tokenizer> {
  const { path, content: definition } = await readJsonObject(files, 'tokenizer.json');
  const textTokenizer = createTextTokenizer(definition, await readOptionalConfig(files), path);
  const template = parseSpecialTokenTemplate(definition.post_processor, path);

  const idsOf = (text: string): readonly number[] => {
    const { ids } = textTokenizer.encode(text, { add_special_tokens: false });
    if (ids.every(Number.isInteger)) return ids;
    throw new InputError({
      code: 'tokenizer-invalid',
      expected: 'a vocabulary with an entry for every text, or an unknown token',
      got: `no id for a part of ${JSON.stringify(text.slice(0, 80))}`,
      where: path,
      todo: 'Use the tokenizer.json that belongs to the model.',
    });
  };

  const encode = (text: string, textPair?: string, { maxLength }: TokenizeOptions = {}): TokenizedExample => {
    const parts = textPair === undefined ? template.single : template.pair;
    const ids = idsOf(text);
    const idsPair = textPair === undefined ? [] : idsOf(textPair);
    const room = maxLength === undefined ? Number.POSITIVE_INFINITY : roomFor(parts, maxLength, path);
    const [kept, keptPair] = truncateLongestFirst(ids.length, idsPair.length, room);
    return {
      ...fill(parts, ids.slice(0, kept), idsPair.slice(0, keptPair)),
      truncated: kept + keptPair < ids.length + idsPair.length,
    };
  };

  return { encode };
}

async function readOptionalConfig(files: ModelFiles): Promise<JsonObject> {
  try {
    return (await readJsonObject(files, 'tokenizer_config.json')).content;
  } catch (error) {
    if (error instanceof InputError && error.code === 'file-missing') return {};
    throw error;
  }
}

function createTextTokenizer(definition: JsonObject, config: JsonObject, path: string): TextTokenizer {
  try {
    return new TextTokenizer(definition, config);
  } catch (cause) {
    throw new InputError({
      code: 'tokenizer-invalid',
      expected: 'a tokenizer as Hugging Face writes it',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      todo: 'Download the model again, or save its tokenizer again with transformers.',
      cause,
    });
  }
}

function roomFor(parts: readonly TemplatePart[], maxLength: number, path: string): number {
  const specialTokens = parts.filter(({ kind }) => kind === 'special').length;
  if (maxLength >= specialTokens) return maxLength - specialTokens;
  throw new InputError({
    code: 'max-length-too-small',
    expected: `a maximum length of at least ${specialTokens}, the special tokens of ${path}`,
    got: String(maxLength),
    where: 'maximum length',
    todo: 'Allow more tokens.',
  });
}

function fill(parts: readonly TemplatePart[], text: readonly number[], textPair: readonly number[]) {
  const places = parts.map((part) => {
    const ids = part.kind === 'special' ? [part.id] : part.kind === 'text' ? text : textPair;
    return { ids, typeId: part.typeId };
  });
  return {
    ids: Int32Array.from(places.flatMap(({ ids }) => ids)),
    typeIds: Int32Array.from(places.flatMap(({ ids, typeId }) => ids.map(() => typeId))),
  };
}
