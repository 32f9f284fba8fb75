import { resolve } from 'node:path';
import { InputError } from '@legend-fl/base';

/** Where a store lies; `name` is for people and holds no password. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly name: string };

/**
 * Reads what names a store: `sqlite:PATH`, a path, or `postgres://…`.
 * @throws InputError `store-url`, which does not repeat what may be a password
 */
export function parseStoreUrl(url: string): StorePlace {
  // One letter is a drive of Windows.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined && url !== '') return { kind: 'sqlite', path: resolve(url) };
  if (scheme === 'sqlite') {
    const path = url.slice('sqlite:'.length).replace(/^\/\//, '');
    if (path !== '') return { kind: 'sqlite', path: resolve(path) };
  }
  if (scheme === 'postgres' || scheme === 'postgresql') {
    return { kind: 'postgres', url, name: nameOf(url, scheme) };
  }
  throw new InputError({
    code: 'store-url',
    expected: 'sqlite:PATH, a path, or postgres://USER:PASSWORD@HOST/DATABASE',
    got: scheme === undefined || scheme === 'sqlite' ? 'no path' : `an address that begins with ${scheme}:`,
    where: 'store',
    todo: 'Name the store in one of these ways; a path with a colon after sqlite:.',
  });
}

/** The address without its password. */
function nameOf(text: string, scheme: string): string {
  const url = parseAddress(text);
  // A password with / ? or # ends up in another part of the address, and the user's name with it.
  if (url === undefined || url.hash !== '' || (text.includes('@') && url.username === '')) {
    throw new InputError({
      code: 'store-url',
      expected: 'postgres://USER:PASSWORD@HOST/DATABASE',
      got: `an address that begins with ${scheme}: and cannot be read`,
      where: 'store',
      todo: 'Write special characters of user and password as % and two hexadecimal digits, e.g. %23 for #.',
    });
  }
  url.password = '';
  if (url.searchParams.has('password')) url.searchParams.delete('password');
  return url.hostname === NO_HOST ? url.href.replace(NO_HOST, '') : url.href;
}

/** Stands where an address names its server further on (`postgres://USER@/DATABASE?host=/run/postgresql`). */
const NO_HOST = 'no-host';

function parseAddress(text: string): URL | undefined {
  try {
    const url = new URL(URL.canParse(text) ? text : text.replace('@/', `@${NO_HOST}/`));
    // What is to be decoded later has to be decodable.
    decodeURIComponent(url.username + url.password + url.hostname + url.pathname);
    return url;
  } catch {
    return undefined;
  }
}
