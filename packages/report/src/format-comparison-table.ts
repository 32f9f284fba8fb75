import { comparisonColumns, comparisonNotes } from './comparison-columns.ts';
import type { ComparisonRow } from './comparison-rows.ts';

/**
 * The comparison as plain text for a terminal, its lines ended by newlines. Titles take two lines; under a row of
 * several seeds stand the deviations and, where a target was not always reached, how often it was.
 */
export function formatComparisonTable(rows: readonly ComparisonRow[]): string {
  const columns = comparisonColumns(rows).filter(({ wide }) => wide === undefined);
  const body = rows.flatMap((row) => {
    const cells = columns.map((column) => column.cell(row));
    const below = [cells.map(({ deviation }) => deviation), cells.map(({ share }) => share)];
    return [cells.map(({ text }) => text), ...below.filter((line) => line.some((text) => text !== ''))];
  });
  const titles = columns.map(({ title }) => splitTitle(title));
  const head = [titles.map(([above]) => above), titles.map(([, below]) => below)];
  const widths = columns.map((_, index) =>
    Math.max(...[...head, ...body].map((line) => line[index]?.length ?? 0)),
  );
  const align = (texts: readonly string[]) =>
    columns
      .map((column, index) => {
        const [text = '', width = 0] = [texts[index], widths[index]];
        return column.align === 'left' ? text.padEnd(width) : text.padStart(width);
      })
      .join('  ');
  const rule = '─'.repeat(align([]).length);
  const notes = comparisonNotes(rows);
  const lines = [...head.map(align), rule, ...body.map(align), ...(notes.length === 0 ? [] : ['', ...notes])];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** `Time to 80%` as `Time` above `to 80%`, `Speed-up` as `Speed-` above `up`; a single word stands below. */
function splitTitle(title: string): [string, string] {
  const [, above = '', below = title] = /^(.*?)(?: |(?<=-))(.*)$/.exec(title) ?? [];
  return [above, below];
}
