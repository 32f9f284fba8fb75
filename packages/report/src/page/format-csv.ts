export type CsvRow = readonly (string | number | null | undefined)[];

/** A CSV file of rows, of which the first holds the titles (RFC 4180). */
export function formatCsv(rows: readonly CsvRow[]): string {
  return rows.map((row) => `${row.map(formatField).join(',')}\r\n`).join('');
}

function formatField(value: CsvRow[number]): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
