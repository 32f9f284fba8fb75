import { InputError } from '@legend-fl/base';
import type { Format, Reading } from '../dataset.ts';
import { openDelimited } from './open-delimited.ts';
import { openJsonLines } from './open-json-lines.ts';
import { openParquet } from './open-parquet.ts';
import type { FileContent, Table } from './table.ts';

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
 * @throws InputError for an unknown extension, and malformed content.
 */
export async function openTable(file: FileContent, { format, header }: Reading): Promise<Table> {
  const extension = /[^/\\](\.[^./\\]*)$/.exec(file.path)?.[1]?.toLowerCase() ?? '';
  const known = format ?? formatOfExtension[extension];
  switch (known) {
    case 'jsonl':
      return openJsonLines(file);
    case 'csv':
    case 'tsv':
      return openDelimited(file, known, header);
    case 'parquet':
      return openParquet(file);
    default:
      throw new InputError({
        code: 'data-format-unknown',
        expected: `a file that ends in ${Object.keys(formatOfExtension).join(', ')}`,
        got: extension === '' ? 'no extension' : `"${extension}"`,
        where: file.path,
        todo: 'Convert or rename the file.',
      });
  }
}
