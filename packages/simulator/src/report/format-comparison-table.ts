import { comparisonColumns, comparisonNote } from './comparison-columns.ts';
import type { ComparisonRow } from './comparison-rows.ts';

/** The comparison as plain text for a terminal, its lines ended by newlines. Titles take two lines. */
export function formatComparisonTable(rows: readonly ComparisonRow[]): string {
  const columns = comparisonColumns(rows).map((column) => {
    const cells = [...splitTitle(column.title), ...rows.map((row) => column.text(row))];
    const width = Math.max(...cells.map((cell) => cell.length));
    return cells.map((cell) => (column.align === 'left' ? cell.padEnd(width) : cell.padStart(width)));
  });
  const lines = Array.from({ length: rows.length + 2 }, (_, line) =>
    columns.map((cells) => cells[line]).join('  '),
  );
  const rule = '─'.repeat(lines[0]?.length ?? 0);
  const note = comparisonNote(rows);
  const all = [...lines.slice(0, 2), rule, ...lines.slice(2), ...(note === '' ? [] : ['', note])];
  return `${all.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** `Time to 80%` as `Time` above `to 80%`, `Speed-up` as `Speed-` above `up`; a single word stands below. */
function splitTitle(title: string): [string, string] {
  const [, above = '', below = title] = /^(.*?)(?: |(?<=-))(.*)$/.exec(title) ?? [];
  return [above, below];
}
