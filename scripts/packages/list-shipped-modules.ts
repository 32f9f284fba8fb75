import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { neighbours } from './finish-module.ts';
import { listImports } from './list-imports.ts';

/** Bundles at run time in the repository; a published package brings the bundles along. */
const bundler = 'esbuild';

/**
 * The modules that a published package needs, as paths in its compiled folder without extension: those that its entries
 * reach, in code or in declarations. What reaches the bundler stays in the repository.
 */
export function listShippedModules(folder: string, entries: readonly string[]): readonly string[] {
  const shipped = new Set<string>();
  const waiting = [...entries];
  for (let module = waiting.pop(); module !== undefined; module = waiting.pop()) {
    if (shipped.has(module)) continue;
    const needed = [`${module}.js`, `${module}.d.ts`].flatMap((path) => listNeeded(folder, path));
    if (needed.includes(bundler)) continue;
    shipped.add(module);
    const from = dirname(module);
    const own = needed.filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.json'));
    waiting.push(...own.map((specifier) => join(from, specifier.replace(/\.(js|tsx?)$/, ''))));
  }
  return [...shipped].sort();
}

function listNeeded(folder: string, path: string): string[] {
  if (!existsSync(join(folder, path))) throw new Error(`${join(folder, path)} was not compiled`);
  const text = readFileSync(join(folder, path), 'utf8');
  return [...listImports(path, text).map(({ specifier }) => specifier), ...neighbours(text)];
}
