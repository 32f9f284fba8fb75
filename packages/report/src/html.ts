/** Markup that needs no more escaping. */
export interface Html {
  readonly markup: string;
}

type HtmlPart = string | number | Html | readonly Html[];

/** Markup from a template; every text put into it is escaped, for elements and quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return { markup: strings.map((text, index) => text + markupOf(parts[index] ?? '')).join('') };
}

/** A text as markup, unescaped: for files of our own, never for what comes from a run. */
export function trustedMarkup(markup: string): Html {
  return { markup };
}

function markupOf(part: HtmlPart): string {
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (character) => entities[character] ?? '');
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
