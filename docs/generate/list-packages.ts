import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository's root. */
export const root = join(import.meta.dirname, '..', '..');

/** A package of the workspace, as its package.json tells. */
export interface Package {
  /** As it is imported, with its scope. */
  readonly name: string;
  /** Its folder below `packages`. */
  readonly folder: string;
  readonly description: string;
  /** What can be imported, in the order of `exports`. */
  readonly entries: readonly Entry[];
}

export interface Entry {
  /** `.`, `./node`, … */
  readonly path: string;
  /** The TypeScript file behind it, relative to the root. */
  readonly file: string;
}

/** Entries for tests are no part of the interface. */
const testEntries = new Set(['./testing', './contract']);

export function listPackages(): readonly Package[] {
  return globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((path) => {
      const { name, description, exports = {} } = JSON.parse(readFileSync(join(root, path), 'utf8'));
      const entries = Object.entries<unknown>(exports)
        .filter(([entry]) => !testEntries.has(entry))
        .map(([entry, target]) => ({ path: entry, file: join(dirname(path), sourceOf(target, path)) }));
      return { name, folder: dirname(path).slice('packages/'.length), description, entries };
    });
}

/** The TypeScript file of an entry: the only target, or one among the conditions. */
function sourceOf(target: unknown, where: string): string {
  if (typeof target === 'string' && target.endsWith('.ts')) return target;
  if (typeof target === 'object' && target !== null) {
    for (const inner of Object.values(target)) {
      if (typeof inner === 'string' && inner.endsWith('.ts') && !inner.endsWith('.d.ts')) return inner;
    }
  }
  throw new Error(`${where}: an entry has no TypeScript source: ${JSON.stringify(target)}`);
}
