import { readFileSync } from 'node:fs';

/**
 * A module and all that it imports, relatively and by name, as the text of one module: each once, after what it
 * imports. Two modules may not declare the same name, which a browser refuses.
 */
export function inlineModules(entry: URL, done = new Set<string>()): string {
  if (done.has(entry.href)) return '';
  done.add(entry.href);
  const text = readFileSync(entry, 'utf8');
  const imported = [...text.matchAll(importLine)].map(([, path = '']) =>
    inlineModules(new URL(path, entry), done),
  );
  return [...imported, text.replace(importLine, '').replace(/^export /gm, '')].join('');
}

const importLine = /^import [^;]* from '(\.[^']+)';\n/gm;
