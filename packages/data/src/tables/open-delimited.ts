import { InputError, requireDefined } from '@legend-fl/base';
import { CsvError, parse } from 'csv-parse/sync';
import type { FileContent, Table } from './table.ts';
import { checkUtf8 } from './text-lines.ts';

/**
 * Opens a CSV file (RFC 4180: fields may be quoted) or a TSV file (text/tab-separated-values: a quote is an
 * ordinary character). The first line names the columns unless `header` does. Blank lines are skipped.
 *
 * @throws InputError naming the line that is not UTF-8, has an open quote or the wrong number of fields.
 */
export function openDelimited(file: FileContent, format: 'csv' | 'tsv', header?: readonly string[]): Table {
  const { path } = file;
  const lines = parseLines(path, new TextDecoder().decode(checkUtf8(file)), format);
  const columns = header ?? lines[0]?.fields ?? [];
  const body = header === undefined ? lines.slice(1) : lines;
  const indexOf = new Map(columns.map((name, index) => [name, index]));
  const rows = body.map(({ fields, number }) => {
    const place = `${path}, line ${number}`;
    if (fields.length !== columns.length) {
      throw unparsable(place, `${columns.length} fields`, `${fields.length}`);
    }
    return {
      place,
      cell: (column: string) => fields[requireDefined(indexOf.get(column), `column ${column}`)],
    };
  });
  return { columns, rows: async () => rows };
}

interface ParsedLine {
  readonly fields: readonly string[];
  /** Of the line on which the fields end, 1-based. */
  readonly number: number;
}

function parseLines(path: string, text: string, format: 'csv' | 'tsv'): readonly ParsedLine[] {
  const lines: ParsedLine[] = [];
  try {
    parse(text, {
      delimiter: format === 'csv' ? ',' : '\t',
      quote: format === 'csv' ? '"' : null,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (fields, context) => {
        lines.push({ fields, number: context.lines });
        return null;
      },
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw unparsable(
      `${path}, line ${String(cause.lines)}`,
      `${format.toUpperCase()} fields`,
      cause.message,
      cause,
    );
  }
  return lines;
}

function unparsable(where: string, expected: string, got: string, cause?: CsvError): InputError {
  const todo = 'Correct the line.';
  return new InputError({ code: 'data-line-unparsable', expected, got, where, todo, cause });
}
