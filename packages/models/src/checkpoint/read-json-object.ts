import { readFile } from 'node:fs/promises';
import { InputError } from '@legend/base';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { unreadableFile } from './unreadable-file.ts';

/** Reads a file that holds one JSON object; throws an InputError if it is missing, unreadable or something else. */
export async function readJsonObject(path: string): Promise<JsonObject> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw unreadableFile(path, 'a JSON file', cause);
  });
  const failed = (got: string, cause?: unknown) =>
    new InputError({
      code: 'json-invalid',
      expected: 'a JSON object',
      got,
      where: path,
      todo: 'Repair the file or download it again.',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw failed(cause instanceof Error ? cause.message : 'something that is not JSON', cause);
  }
  if (!isJsonObject(value)) throw failed(Array.isArray(value) ? 'an array' : JSON.stringify(value));
  return value;
}
