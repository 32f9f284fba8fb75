import { InputError } from '@legend-fl/base';
import { z } from 'zod';
import { missingColumn } from './missing-column.ts';
import type { FileContent, Row, Table } from './table.ts';
import { checkUtf8, splitLines } from './text-lines.ts';

/**
 * Opens a file with one JSON object per line. Blank lines are skipped.
 *
 * @throws InputError naming the line that is not UTF-8 or not a JSON object.
 */
export function openJsonLines(file: FileContent): Table {
  const { path } = file;
  const bytes = checkUtf8(file);
  const decoder = new TextDecoder();
  const rows: Row[] = [];
  let columns: readonly string[] = [];
  for (const line of splitLines(bytes)) {
    const text = decoder.decode(line.bytes);
    if (text.trim() === '') continue;
    const place = `${path}, line ${line.number}`;
    const object = parseObject(text, place);
    if (rows.length === 0) columns = Object.keys(object);
    rows.push({ place, cell: (column) => cellOf(object, column, place) });
  }
  return { columns, rows: async () => rows };
}

const jsonObject = z.record(z.string(), z.unknown());

function parseObject(text: string, where: string): Readonly<Record<string, unknown>> {
  const problem = {
    code: 'data-line-unparsable',
    expected: 'one JSON object',
    where,
    todo: 'Correct the line.',
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError({ ...problem, got: cause instanceof Error ? cause.message : String(cause), cause });
  }
  const object = jsonObject.safeParse(value);
  if (object.success) return object.data;
  throw new InputError({ ...problem, got: Array.isArray(value) ? 'an array' : String(value) });
}

function cellOf(object: Readonly<Record<string, unknown>>, column: string, place: string): unknown {
  if (!Object.hasOwn(object, column)) throw missingColumn(place, column, Object.keys(object));
  return object[column];
}
