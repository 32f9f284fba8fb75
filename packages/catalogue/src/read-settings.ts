import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { builtInCatalogue, type Catalogue } from './catalogue.ts';
import { expandHome } from './expand-home.ts';

/** How far the download of one file has come. */
export interface DownloadProgress {
  readonly file: string;
  readonly receivedBytes: number;
  /** Unknown where a server does not say. */
  readonly totalBytes: number | undefined;
}

export interface ResolveOptions {
  /** For files from a package index and remembered hashes. Default: LEGEND_CACHE, else `~/.cache/legend`. */
  readonly cacheFolder?: string | undefined;
  /** Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly onProgress?: ((event: DownloadProgress) => void) | undefined;
  /** Gets a line for every source or cached file that is given up. */
  readonly log?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Names to resolve in place of the built-in ones. */
  readonly catalogue?: Catalogue | undefined;
}

/** {@link ResolveOptions} with the environment read. */
export interface Settings {
  readonly catalogue: Catalogue;
  readonly cacheFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly hub: {
    readonly url: string;
    readonly cacheFolder: string;
    readonly token: string | undefined;
    /** How long one request for metadata may take. */
    readonly timeoutMs: number;
  };
  /** The variable that forbids all downloads. */
  readonly offlineBy: string | undefined;
  readonly onProgress: (event: DownloadProgress) => void;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

const publicHubUrl = 'https://huggingface.co';
/** Short, because most entries have another source. */
const hubTimeoutSeconds = 5;
const ignore = (): void => {};

/**
 * Reads the variables that Python's huggingface_hub reads (HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE,
 * HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, HF_HUB_ETAG_TIMEOUT in seconds, XDG_CACHE_HOME) and
 * Legend's own (LEGEND_CACHE, LEGEND_OFFLINE).
 *
 * @throws InputError for an invalid endpoint or timeout.
 */
export function readSettings(options: ResolveOptions): Settings {
  const env = options.env ?? process.env;
  const userCache = env.XDG_CACHE_HOME || '~/.cache';
  const hubHome = env.HF_HOME || join(userCache, 'huggingface');
  const hubCache = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(hubHome, 'hub');
  return {
    catalogue: options.catalogue ?? builtInCatalogue,
    cacheFolder: expandHome(options.cacheFolder ?? (env.LEGEND_CACHE || join(userCache, 'legend')), env),
    env,
    hub: {
      url: readEndpoint(env.HF_ENDPOINT || publicHubUrl),
      cacheFolder: expandHome(hubCache, env),
      token: env.HF_TOKEN || undefined,
      timeoutMs: readTimeoutMs(env.HF_HUB_ETAG_TIMEOUT || String(hubTimeoutSeconds)),
    },
    offlineBy: ['HF_HUB_OFFLINE', 'LEGEND_OFFLINE'].find((name) => isTrue(env[name])),
    onProgress: options.onProgress ?? ignore,
    log: options.log ?? ignore,
    signal: options.signal,
  };
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes((value ?? '').toUpperCase());
}

function readEndpoint(value: string): string {
  if (/^https?:\/\//.test(value) && URL.canParse(value)) return value.replace(/\/+$/, '');
  throw new InputError({
    code: 'setting-invalid',
    expected: 'a URL that starts with http:// or https://',
    got: `"${value}"`,
    where: 'HF_ENDPOINT',
    todo: 'Correct or unset it.',
  });
}

function readTimeoutMs(value: string): number {
  const seconds = Number(value);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds * 1000;
  throw new InputError({
    code: 'setting-invalid',
    expected: 'a number of seconds',
    got: `"${value}"`,
    where: 'HF_HUB_ETAG_TIMEOUT',
    todo: 'Correct or unset it.',
  });
}
