/** Text as Markdown that neither Markdown, a table nor Vue reads as anything else. Code between backticks stays code. */
export function escapeText(text: string): string {
  return text
    .split(/(`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? escapeCell(part) : escapeProse(part)))
    .join('');
}

function escapeProse(text: string): string {
  return escapeCell(text).replace(/[<{]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
}

/** Inline code. */
export function code(text: string): string {
  const escaped = escapeCell(text);
  return text.includes('`') ? `\`\` ${escaped} \`\`` : `\`${escaped}\``;
}

/** A table; without rows nothing. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}
