import { readFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { expandHome } from '../expand-home.ts';
import { SourceFailure } from '../source.ts';

/** A Python package index ("simple" repository). */
export interface PackageIndex {
  /** Without credentials and without a slash at the end. */
  readonly url: string;
  /** The value of an `authorization` header, where the configured URL has credentials. */
  readonly authorization: string | undefined;
}

const publicIndexUrl = 'https://pypi.org/simple';

/**
 * The package index this machine is set up for, as pip finds it: PIP_INDEX_URL, else `index-url` in section
 * `[global]` of the first of pip's configuration files that has it, else the public index.
 *
 * @throws SourceFailure when the configured value is no web address.
 */
export async function findIndex(
  env: NodeJS.ProcessEnv,
  configFiles: readonly string[] = pipConfigFiles(env),
): Promise<PackageIndex> {
  if (env.PIP_INDEX_URL) return parseIndex(env.PIP_INDEX_URL, 'PIP_INDEX_URL');
  for (const file of configFiles) {
    const value = readIndexUrl(await readFile(file, 'utf8').catch(() => ''));
    if (value !== undefined) return parseIndex(value, file);
  }
  return { url: publicIndexUrl, authorization: undefined };
}

/** pip's configuration files, the strongest first; PIP_CONFIG_FILE set to the null device means none. */
export function pipConfigFiles(env: NodeJS.ProcessEnv): string[] {
  if (env.PIP_CONFIG_FILE === devNull) return [];
  return [
    ...(env.PIP_CONFIG_FILE ? [env.PIP_CONFIG_FILE] : []),
    ...(env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, 'pip.conf')] : []),
    ...(env.APPDATA ? [join(env.APPDATA, 'pip', 'pip.ini')] : []),
    join(env.XDG_CONFIG_HOME || '~/.config', 'pip', 'pip.conf'),
    '~/.pip/pip.conf',
    '/etc/pip.conf',
  ].map((path) => expandHome(path, env));
}

/** `index-url` (or `index_url`) in section `[global]` of an INI text. */
function readIndexUrl(ini: string): string | undefined {
  let section = '';
  for (const line of ini.split(/\r?\n/)) {
    section = /^\[([^\]]*)\]/.exec(line)?.[1] ?? section;
    const value = /^index[-_]url\s*[=:]\s*(\S+)/i.exec(line)?.[1];
    if (section === 'global' && value !== undefined) return value;
  }
  return undefined;
}

function parseIndex(value: string, where: string): PackageIndex {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
    throw new SourceFailure('refused', `${where} is no URL that starts with http:// or https://`);
  }
  const url = new URL(value);
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/+$/, ''),
    authorization:
      credentials === ':' ? undefined : `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`,
  };
}
