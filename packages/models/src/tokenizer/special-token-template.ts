import { InputError } from '@legend-fl/base';
import * as z from 'zod';

/** One place of the sequence that a model reads: a special token, or the tokens of the first or second text. */
export type TemplatePart =
  | { readonly kind: 'special'; readonly id: number; readonly typeId: number }
  | { readonly kind: 'text' | 'textPair'; readonly typeId: number };

/** Where special tokens go and which token type each place has, for one text and for a pair. */
interface SpecialTokenTemplate {
  readonly single: readonly TemplatePart[];
  readonly pair: readonly TemplatePart[];
}

const tokenIdSchema = z.tuple([z.string(), z.int().nonnegative()]);

const placeSchema = z.union([
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: z.int().nonnegative() }) }),
  z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: z.int().nonnegative() }) }),
]);

const postProcessorSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('BertProcessing'), cls: tokenIdSchema, sep: tokenIdSchema }),
  z.object({ type: z.literal('RobertaProcessing'), cls: tokenIdSchema, sep: tokenIdSchema }),
  z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(placeSchema),
    pair: z.array(placeSchema),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().nonnegative()) })),
  }),
  z.object({ type: z.literal('ByteLevel') }),
  z.object({
    type: z.literal('Sequence'),
    get processors() {
      return z.array(postProcessorSchema);
    },
  }),
]);

type PostProcessor = z.infer<typeof postProcessorSchema>;

const text = (typeId: number): TemplatePart => ({ kind: 'text', typeId });
const textPair = (typeId: number): TemplatePart => ({ kind: 'textPair', typeId });
const special = (id: number, typeId: number): TemplatePart => ({ kind: 'special', id, typeId });

const WITHOUT_SPECIAL_TOKENS: SpecialTokenTemplate = { single: [text(0)], pair: [text(0), textPair(1)] };

/**
 * The template that the `post_processor` of a tokenizer.json describes, null included. Throws an InputError for a
 * kind that is unknown or malformed.
 */
export function parseSpecialTokenTemplate(postProcessor: unknown, where: string): SpecialTokenTemplate {
  if (postProcessor === null || postProcessor === undefined) return WITHOUT_SPECIAL_TOKENS;
  const parsed = postProcessorSchema.safeParse(postProcessor);
  if (!parsed.success) {
    throw new InputError({
      code: 'tokenizer-invalid',
      expected: 'a post_processor that places special tokens (BertProcessing, TemplateProcessing, …)',
      got: z.prettifyError(parsed.error),
      where,
      todo: 'Use the tokenizer.json that belongs to the model.',
      cause: parsed.error,
    });
  }
  return templateOf(parsed.data, where) ?? WITHOUT_SPECIAL_TOKENS;
}

function templateOf(processor: PostProcessor, where: string): SpecialTokenTemplate | undefined {
  switch (processor.type) {
    case 'BertProcessing': {
      const [cls, sep] = [processor.cls[1], processor.sep[1]];
      const single = [special(cls, 0), text(0), special(sep, 0)];
      return { single, pair: [...single, textPair(1), special(sep, 1)] };
    }
    case 'RobertaProcessing': {
      const [cls, sep] = [processor.cls[1], processor.sep[1]];
      const single = [special(cls, 0), text(0), special(sep, 0)];
      return { single, pair: [...single, special(sep, 0), textPair(0), special(sep, 0)] };
    }
    case 'TemplateProcessing': {
      const idsOf = new Map(Object.entries(processor.special_tokens).map(([name, { ids }]) => [name, ids]));
      const partsOf = (places: readonly z.infer<typeof placeSchema>[]) =>
        places.flatMap((place) => partsOfPlace(place, idsOf, where));
      return { single: partsOf(processor.single), pair: partsOf(processor.pair) };
    }
    case 'ByteLevel':
      return undefined; // concerns offsets only
    case 'Sequence':
      return processor.processors
        .map((inner) => templateOf(inner, where))
        .findLast((template) => template !== undefined);
  }
}

function partsOfPlace(
  place: z.infer<typeof placeSchema>,
  idsOf: ReadonlyMap<string, readonly number[]>,
  where: string,
): readonly TemplatePart[] {
  if ('Sequence' in place) {
    const { id, type_id } = place.Sequence;
    return [id === 'A' ? text(type_id) : textPair(type_id)];
  }
  const { id, type_id } = place.SpecialToken;
  const ids = idsOf.get(id);
  if (ids === undefined) {
    throw new InputError({
      code: 'tokenizer-invalid',
      expected: `${id} among the special_tokens of the post_processor`,
      got: [...idsOf.keys()].join(', ') || 'none',
      where,
      todo: 'Use the tokenizer.json that belongs to the model.',
    });
  }
  return ids.map((tokenId) => special(tokenId, type_id));
}
