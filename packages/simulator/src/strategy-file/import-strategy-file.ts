import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { withoutWarning } from '@legend-fl/base/node';
import { lineIn, refuseStrategyFile } from './strategy-error.ts';
import type { StrategyFile } from './strategy-file.ts';

const ownPackage = /^@legend(-fl)?\//;

/** Old package names, which strategy files written before 0.1.0 may still use. */
const earlierPackages = new Map([
  ['wire', 'adapter'],
  ['rounds', 'runs'],
]);

function todaysName(specifier: string): string {
  const [, name = '', ...entry] = specifier.split('/');
  return ['@legend-fl', earlierPackages.get(name) ?? name, ...entry].join('/');
}

/**
 * Loads a module and returns its default export. Imports of `@legend-fl/…`, in the file and in files that it imports, resolve
 * to this installation wherever the file lies, so that every class exists once.
 * @throws InputError `strategy-file`
 */
export async function importStrategyFile(
  path: string,
): Promise<{ readonly file: StrategyFile; readonly exported: unknown }> {
  const file = await readStrategyFile(path);
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      ownPackage.test(specifier)
        ? next(todaysName(specifier), { ...context, parentURL: import.meta.url })
        : next(specifier, context),
  });
  try {
    const { href } = pathToFileURL(file.realPath);
    const module: { readonly default?: unknown } = await withoutWarning('Type Stripping', () => import(href));
    return { file, exported: module.default };
  } catch (cause) {
    const place = `${path}${lineIn(cause, file.realPath)}`;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw refuseStrategyFile(place, 'a module that can be loaded', message, cause);
  } finally {
    hooks.deregister();
  }
}

async function readStrategyFile(path: string): Promise<StrategyFile> {
  try {
    const bytes = await readFile(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { path, realPath: await realpath(path), sha256 };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw refuseStrategyFile(path, 'a strategy file', code === 'ENOENT' ? 'no such file' : message, cause);
  }
}
