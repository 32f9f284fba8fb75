import type { z } from 'zod';
import { ForeignContent, parseJson } from './transport.ts';

/** Reads an answer of this form; an empty one as `{}`. */
export function readJson<Schema extends z.ZodType>(schema: Schema) {
  return async (response: Response): Promise<z.output<Schema>> => {
    const text = await response.text();
    const result = schema.safeParse(text === '' ? {} : parseJson(text));
    if (result.success) return result.data;
    throw new ForeignContent(response.status, 'not as the protocol has it', result.error);
  };
}
