import { InputError, type InputSource } from '@legend-fl/base';

/** Our safetensors files keep everything but tensors as one JSON text in their metadata, under this key. */
const METADATA_KEY = 'legend';

export function writeMetadata(value: unknown): Readonly<Record<string, string>> {
  return { [METADATA_KEY]: JSON.stringify(value) };
}

/** Reads what `writeMetadata` wrote, unchecked. Throws InputError if there is no such text. */
export function readMetadata(
  metadata: ReadonlyMap<string, string>,
  { code, where, todo }: InputSource & { readonly todo: string },
): unknown {
  const json = metadata.get(METADATA_KEY);
  try {
    return JSON.parse(json ?? '');
  } catch (cause) {
    throw new InputError({
      code,
      expected: `JSON in the metadata under "${METADATA_KEY}"`,
      got: json === undefined ? 'none' : String(cause),
      where,
      todo,
      cause,
    });
  }
}
