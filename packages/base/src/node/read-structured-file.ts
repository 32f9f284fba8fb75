import { readFile } from 'node:fs/promises';
import { type Document, parseDocument } from 'yaml';
import { InputError } from '../input-error.ts';

/**
 * The value in a YAML or JSON file. JSON is read as YAML, so that mistakes in both are reported with their line.
 * @throws InputError `file-unreadable` or `file-syntax`
 */
export async function readStructuredFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new InputError({
      code: 'file-unreadable',
      expected: 'a YAML or JSON file',
      got: cause.code === 'ENOENT' ? 'no such file' : cause.message,
      where: path,
      todo: 'Check the path.',
      cause,
    });
  });
  return parseStructuredText(text, path).toJS();
}

/**
 * The document in a YAML or JSON text, with its comments.
 * @param path the file of the text
 * @throws InputError with code `file-syntax`, naming the line
 */
export function parseStructuredText(text: string, path: string): Document {
  const document = parseDocument(text, { prettyErrors: false });
  const error = document.errors[0];
  if (error === undefined) return document;
  const line = text.slice(0, error.pos[0]).split('\n').length;
  throw new InputError({
    code: 'file-syntax',
    expected: 'valid YAML or JSON',
    got: error.message,
    where: `${path}:${line}`,
    todo: 'Correct the line.',
    cause: error,
  });
}
