import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { writeFileAtomically } from '@legend-fl/base/node';
import { z } from 'zod';

const FILE = 'legend.json';

const schema = z.looseObject({
  formatVersion: z.literal(1),
  /** Class names in the order of the head's outputs. */
  classes: z.array(z.string()),
  /** Tokens to which texts were cut. */
  maxLength: z.int().positive(),
  model: z.looseObject({ id: z.string(), sha256: z.string() }),
});

/** What PEFT's files do not say of an adapter; stands beside them as `legend.json`. */
export type AdapterNotes = z.output<typeof schema>;

export async function writeAdapterNotes(
  folder: string,
  notes: Omit<AdapterNotes, 'formatVersion'>,
): Promise<void> {
  await writeFileAtomically(
    join(folder, FILE),
    `${JSON.stringify({ formatVersion: 1, ...notes }, null, 2)}\n`,
  );
}

/**
 * The notes of an adapter folder, or undefined where it has none, e.g. because PEFT wrote it.
 * @throws InputError when they are damaged
 */
export async function readAdapterNotes(folder: string): Promise<AdapterNotes | undefined> {
  const path = join(folder, FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InputError({
      code: 'adapter-notes-invalid',
      expected: 'the notes that Legend writes beside an adapter',
      got: cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll('\n', ' ') : String(cause),
      where: path,
      todo: 'Delete the file to use the adapter without notes.',
      cause,
    });
  }
}
