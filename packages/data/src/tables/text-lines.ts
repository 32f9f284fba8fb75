import { InputError } from '@legend-fl/base';
import type { FileContent } from './table.ts';

const newline = 0x0a;

/**
 * The bytes of a text file, checked to be UTF-8 and without byte order mark.
 *
 * @throws InputError naming the first line that is not UTF-8.
 */
export function checkUtf8({ path, bytes }: FileContent): Uint8Array<ArrayBuffer> {
  if (!isUtf8(bytes)) {
    throw new InputError({
      code: 'data-not-utf8',
      expected: 'text encoded as UTF-8',
      got: 'other bytes',
      where: `${path}, line ${firstBrokenLine(bytes)}`,
      todo: 'Save the file as UTF-8.',
    });
  }
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return mark ? bytes.subarray(3) : bytes;
}

/** The lines of `bytes` with their 1-based numbers, without line ends; `\r` before a line end belongs to it. */
export function* splitLines(
  bytes: Uint8Array<ArrayBuffer>,
): Generator<{ readonly number: number; readonly bytes: Uint8Array<ArrayBuffer> }> {
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const next = bytes.indexOf(newline, start);
    const end = next === -1 ? bytes.length : next;
    const text =
      bytes[end - 1] === 0x0d && end > start ? bytes.subarray(start, end - 1) : bytes.subarray(start, end);
    yield { number, bytes: text };
    start = end + 1;
  }
}

function firstBrokenLine(bytes: Uint8Array<ArrayBuffer>): number {
  for (const line of splitLines(bytes)) if (!isUtf8(line.bytes)) return line.number;
  return 1;
}

function isUtf8(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
