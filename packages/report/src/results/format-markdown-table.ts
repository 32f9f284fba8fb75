import { comparisonColumns, comparisonNotes } from '../comparison-columns.ts';
import type { ComparisonRow } from '../comparison-rows.ts';

/** The comparison as a table in GitHub's Markdown, its note below. */
export function formatMarkdownTable(rows: readonly ComparisonRow[]): string {
  const columns = comparisonColumns(rows);
  const head = columns.map(({ title }) => title);
  const rule = columns.map(({ align }) => (align === 'left' ? '---' : '---:'));
  const body = rows.map((row) =>
    columns.map((column) => {
      const { text, deviation, share } = column.cell(row);
      const parts = [deviation, share === '' ? '' : `(${share})`].filter((part) => part !== '');
      return [text, ...parts].join(' ');
    }),
  );
  const lines = [head, rule, ...body].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`);
  const note = comparisonNotes(rows).join(' ');
  return `${[...lines, ...(note === '' ? [] : ['', note])].join('\n')}\n`;
}

function escapeCell(text: string): string {
  return text.replace(/[\\|<>*_`[\]]/g, '\\$&');
}
