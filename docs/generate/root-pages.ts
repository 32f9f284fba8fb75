import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './list-packages.ts';

/** A document of the repository's root as a page: links into `docs` become the site's, links out of it plain text. */
export function rootPage(name: string): string {
  const text = readFileSync(join(root, name), 'utf8');
  return text.replace(/\[([^\]]+)\]\(([^)#]+)(#[^)]*)?\)/g, (whole, label, target, hash = '') => {
    if (/^https?:/.test(target)) return whole;
    if (target.startsWith('docs/')) return `[${label}](/${target.slice('docs/'.length)}${hash})`;
    const page = pages[target];
    return page === undefined ? `${label} (\`${target}\`)` : `[${label}](${page}${hash})`;
  });
}

const pages: Readonly<Record<string, string>> = {
  'ARCHITECTURE.md': '/explanation/architecture.md',
  'CONTRIBUTING.md': '/contributing.md',
};
