import { InputError } from '@legend-fl/base';
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { FileContent, Row, Table } from './table.ts';

/**
 * Opens a Parquet file; only wanted columns are decoded.
 *
 * @throws InputError when the file is truncated or not Parquet.
 */
export async function openParquet({ path, bytes }: FileContent): Promise<Table> {
  const file: AsyncBuffer = {
    byteLength: bytes.byteLength,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
  const metadata = await explain(path, () => parquetMetadataAsync(file));
  return {
    columns: parquetSchema(metadata).children.map(({ element }) => element.name),
    rows: async (wanted) => {
      const options = { file, metadata, columns: [...wanted], compressors };
      const objects = await explain(path, () => parquetReadObjects(options));
      return objects.map((object, index): Row => {
        return { place: `${path}, row ${index + 1}`, cell: (column) => object[column] };
      });
    },
  };
}

async function explain<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new InputError({
      code: 'data-file-unreadable',
      expected: 'a Parquet file',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      todo: 'Fetch or write the file again; it may be truncated.',
      cause,
    });
  }
}
