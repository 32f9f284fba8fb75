import { type Adapter, flattenAdapter, restoreAdapter, type Tensor } from '@legend-fl/adapter';
import { z } from 'zod';

/** Several groups of tensors in one file or message, each under its own prefix. */

export function putPart(
  tensors: Map<string, Tensor>,
  prefix: string,
  part: ReadonlyMap<string, Tensor>,
): void {
  for (const [name, tensor] of part) tensors.set(`${prefix}${name}`, tensor);
}

export function partOf(tensors: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  return new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  );
}

/** More blocks than any model has; a forged number must not reserve memory. */
const MAX_BLOCKS = 1000;

/** The parts of an adapter that are not tensors; see `FlatAdapter`. */
export const adapterTextSchema = z.object({
  blocks: z.int().positive().max(MAX_BLOCKS),
  alphas: z.record(z.string(), z.number()),
});

export type AdapterText = z.output<typeof adapterTextSchema>;

export function putAdapter(tensors: Map<string, Tensor>, prefix: string, adapter: Adapter): AdapterText {
  const { tensors: own, blocks, alphas } = flattenAdapter(adapter);
  putPart(tensors, prefix, own);
  return { blocks, alphas };
}

/**
 * Reads the adapter that `putAdapter` wrote.
 * @throws InputError for a tensor that is missing or belongs nowhere
 */
export function adapterOf(
  tensors: ReadonlyMap<string, Tensor>,
  prefix: string,
  { blocks, alphas }: AdapterText,
  where: string,
): Adapter {
  return restoreAdapter({ blocks, alphas, tensors: partOf(tensors, prefix) }, where);
}
