import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { InputError } from '@legend-fl/base';
import type { Catalogue } from './catalogue.ts';
import { expandHome } from './expand-home.ts';
import type { Settings } from './read-settings.ts';
import { dataExtensions } from './select-data-files.ts';

/** The meaning of a model or data reference. */
export type Reference<Kind extends 'model' | 'data'> =
  | { readonly kind: 'catalogue'; readonly entry: Extract<Catalogue[string], { kind: Kind }> }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'hub'; readonly repo: string; readonly revision: string };

const looksLikePath = /^(\.{0,2}[/\\]|~|\.{1,2}$)/;
const hubReference = /^([\w-][\w.-]*\/[\w-][\w.-]*)(?:@([\w-][\w.-]*(?:\/[\w-][\w.-]*)*))?$/;

/**
 * Interprets `ref`: a catalogue name (write `./name` for a folder of that name), a path that exists
 * or looks like one (`./x`, `/x`, `~/x`, `x.csv`), or `org/name[@revision]` on the Hugging Face hub.
 *
 * @throws InputError for a name that is none of these.
 */
export async function parseReference<Kind extends 'model' | 'data'>(
  ref: string,
  kind: Kind,
  { catalogue, env }: Settings,
): Promise<Reference<Kind>> {
  const entry = Object.hasOwn(catalogue, ref) ? catalogue[ref] : undefined;
  if (entry !== undefined && hasKind(entry, kind)) return { kind: 'catalogue', entry };
  const path = expandHome(ref, env);
  const isDataFile = kind === 'data' && dataExtensions.includes(extname(ref).toLowerCase());
  if (looksLikePath.test(ref) || isDataFile || (ref !== '' && (await exists(path)))) {
    return { kind: 'path', path };
  }
  const [, repo, revision = 'main'] = hubReference.exec(ref) ?? [];
  if (repo !== undefined) return { kind: 'hub', repo, revision };
  const names = Object.keys(catalogue).filter((name) => catalogue[name]?.kind === kind);
  throw new InputError({
    code: `${kind}-reference-unknown`,
    expected: `${kind === 'model' ? 'a folder' : 'a file'}, org/name on the Hugging Face hub or one of ${names.join(', ')}`,
    got: entry === undefined ? 'nothing of that name' : `a ${entry.kind} name`,
    where: ref === '' ? `the ${kind}` : ref,
    todo: 'Check the spelling.',
  });
}

function hasKind<Kind extends 'model' | 'data'>(
  entry: Catalogue[string],
  kind: Kind,
): entry is Extract<Catalogue[string], { kind: Kind }> {
  return entry.kind === kind;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
