import type { ModelFiles } from '@legend-fl/adapter';
import { isJsonObject, type JsonObject } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';

/** A file with one JSON object, and its name in error messages. */
export interface JsonFile {
  readonly path: string;
  readonly content: JsonObject;
}

/** Throws an InputError if the file is missing, unreadable or anything but one JSON object. */
export async function readJsonObject(files: ModelFiles, name: string): Promise<JsonFile> {
  const { path, byteLength, read } = await files.open(name, 'a JSON file');
  const text = new TextDecoder().decode(await read(0, byteLength));
  const failed = (got: string, cause?: unknown) =>
    new InputError({
      code: 'json-invalid',
      expected: 'a JSON object',
      got,
      where: path,
      todo: 'Repair the file or download it again.',
      cause,
    });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw failed(cause instanceof Error ? cause.message : 'something that is not JSON', cause);
  }
  if (!isJsonObject(content)) throw failed(Array.isArray(content) ? 'an array' : JSON.stringify(content));
  return { path, content };
}
