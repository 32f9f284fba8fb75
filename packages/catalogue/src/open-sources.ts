import type { Catalogue } from './catalogue.ts';
import { hubSource } from './hub/hub-source.ts';
import { packageSource } from './package-index/package-source.ts';
import type { Settings } from './read-settings.ts';
import { type SelectFiles, type Source, SourceFailure } from './source.ts';

/** The sources of a catalogue entry, in its order; `select` serves where the entry does not name its files. */
export function openSources(
  name: string,
  entry: Catalogue[string],
  select: SelectFiles,
  settings: Settings,
): Source[] {
  const type = entry.kind === 'model' ? 'model' : 'dataset';
  const openHub = (repo: string, selectFiles: SelectFiles): Source =>
    hubSource({ type, name: repo, revision: 'main' }, selectFiles, entry.files, settings);
  if (entry.files === undefined) return entry.origins.map(({ repo }) => openHub(repo, select));
  const { files, origins } = entry;
  return origins.map((origin) =>
    origin.kind === 'hub'
      ? openHub(origin.repo, selectNamed(Object.keys(files)))
      : packageSource(name, origin, files, settings),
  );
}

function selectNamed(names: readonly string[]): SelectFiles {
  return (paths) => {
    const missing = names.filter((name) => !paths.includes(name));
    if (missing.length > 0) throw new SourceFailure('incomplete', `it lacks ${missing.join(', ')}`);
    return names;
  };
}
