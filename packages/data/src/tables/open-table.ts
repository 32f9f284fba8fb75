import { extname } from 'node:path';
import { InputError } from '@legend/base';
import type { Format, Reading } from '../dataset.ts';
import { openDelimited } from './open-delimited.ts';
import { openJsonLines } from './open-json-lines.ts';
import { openParquet } from './open-parquet.ts';
import type { Table } from './table.ts';

const formatOfExtension: Readonly<Record<string, Format>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.parquet': 'parquet',
};

/**
 * Opens a data file in the given format, else the one its extension names.
 *
 * @throws InputError for an unknown extension, a file that cannot be read, and malformed content.
 */
export function openTable(path: string, { format, header }: Reading): Promise<Table> {
  const known = format ?? formatOfExtension[extname(path).toLowerCase()];
  switch (known) {
    case 'jsonl':
      return openJsonLines(path);
    case 'csv':
    case 'tsv':
      return openDelimited(path, known, header);
    case 'parquet':
      return openParquet(path);
    default:
      throw new InputError({
        code: 'data-format-unknown',
        expected: `a file that ends in ${Object.keys(formatOfExtension).join(', ')}`,
        got: extname(path) === '' ? 'no extension' : `"${extname(path)}"`,
        where: path,
        todo: 'Convert or rename the file.',
      });
  }
}
