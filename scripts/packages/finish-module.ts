import { dirname, extname, relative } from 'node:path';
import { listImports } from './list-imports.ts';

/** What the compiler leaves to do in the files that it wrote, so that they work where they are published. */

/** A relative import of TypeScript, in declarations, which the compiler keeps as written. */
export function finishDeclaration(path: string, text: string): string {
  let finished = text;
  for (const { specifier, start, end } of listImports(path, text).reverse()) {
    if (!specifier.startsWith('.') || !/\.tsx?$/.test(specifier)) continue;
    finished = `${finished.slice(0, start)}${specifier.replace(/\.tsx?$/, '.js')}${finished.slice(end)}`;
  }
  return finished;
}

/** A module's neighbour by address, a worker say, which is no import to the compiler. */
const neighbour = /new URL\((['"])(\.[^'"]+)\.ts\1, import\.meta\.url\)/g;

/** The neighbours that a compiled module names, as it names them. */
export function neighbours(text: string): string[] {
  return Array.from(text.matchAll(neighbour), ([, , name = '']) => `${name}.ts`);
}

export function finishModule(text: string): string {
  return text.replace(neighbour, 'new URL($1$2.js$1, import.meta.url)');
}

/** A source map that names the source where it would lie beside the package's `dist`. */
export function finishSourceMap(text: string, module: string): string {
  const map = JSON.parse(text) as { readonly sources: readonly [string] };
  const source = `src/${module}${extname(map.sources[0])}`;
  return JSON.stringify({ ...map, sources: [relative(dirname(`dist/${module}`), source)] });
}
