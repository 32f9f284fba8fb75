import { InputError } from '@legend-fl/base';
import type { Settings } from './read-settings.ts';
import { type LocalFiles, type Source, SourceFailure } from './source.ts';

/**
 * The files of `name` from the first source that has them: cached files first, then downloads.
 *
 * @throws InputError when nothing is cached and fetching is forbidden (`offline-not-cached`), or when no
 * source delivered: `sha256-mismatch` if one delivered other bytes than expected, else `sources-failed`.
 */
export async function resolveFromSources(
  name: string,
  sources: readonly Source[],
  otherwise: string,
  settings: Settings,
): Promise<LocalFiles> {
  for (const source of sources) {
    const found = await source.cached();
    if (found !== undefined) return found;
  }
  if (settings.offlineBy !== undefined) {
    throw new InputError({
      code: 'offline-not-cached',
      expected: `its files in ${settings.hub.cacheFolder} or ${settings.cacheFolder}`,
      got: 'none, or not all',
      where: name,
      todo: `Unset ${settings.offlineBy} to fetch them, or ${otherwise}.`,
    });
  }
  const failures: { readonly source: Source; readonly failure: SourceFailure }[] = [];
  for (const [index, source] of sources.entries()) {
    try {
      return await source.fetch();
    } catch (failure) {
      if (!(failure instanceof SourceFailure)) throw failure;
      failures.push({ source, failure });
      const next = sources[index + 1];
      if (next !== undefined)
        settings.log(`${name}: ${source.name}: ${failure.message}; trying ${next.name}`);
    }
  }
  const wrongBytes = failures.some(({ failure }) => failure.kind === 'wrong-bytes');
  throw new InputError({
    code: wrongBytes ? 'sha256-mismatch' : 'sources-failed',
    expected: sources.length > 1 ? 'one of its sources to deliver it' : 'its source to deliver it',
    got: failures
      .map(({ source, failure }, index) => `(${index + 1}) ${source.name}: ${failure.message}`)
      .join('; '),
    where: name,
    todo: `Set ${settingsOf(sources)} to a server this machine reaches, or ${otherwise}.`,
    cause: new AggregateError(failures.map(({ failure }) => failure)),
  });
}

function settingsOf(sources: readonly Source[]): string {
  return [...new Set(sources.map(({ setting }) => setting))].join(' or ');
}
