import { z } from 'zod';
import { request, requestFailure, statusFailure } from '../download/request.ts';
import type { Settings } from '../read-settings.ts';
import { SourceFailure } from '../source.ts';
import type { PackageIndex } from './find-index.ts';

const timeoutMs = 15_000;
const jsonType = 'application/vnd.pypi.simple.v1+json';
const accept = `${jsonType}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1`;

const projectPage = z.object({ files: z.array(z.object({ filename: z.string(), url: z.string() })) });

/**
 * Looks a file of a project up on a package index: in its JSON answer (PEP 691), else in the links of its
 * HTML page (PEP 503).
 *
 * @returns where to download it and with which headers.
 * @throws SourceFailure when the index is out of reach, refuses, or does not list the file.
 */
export async function findPackageFile(
  index: PackageIndex,
  project: string,
  filename: string,
  settings: Settings,
): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }> {
  const page = `${index.url}/${project}/`;
  const links = await readLinks(page, headersFor(page, index, accept), settings);
  const link = links.find((candidate) => candidate.filename === filename);
  if (link === undefined) throw new SourceFailure('refused', `${page} does not list ${filename}`);
  return { url: link.url, headers: headersFor(link.url, index) };
}

/** The index's credentials go to the index's own host only. */
function headersFor(url: string, index: PackageIndex, accept?: string): Record<string, string> {
  const isIndex = new URL(url).origin === new URL(index.url).origin;
  return {
    ...(accept !== undefined && { accept }),
    ...(isIndex && index.authorization !== undefined && { authorization: index.authorization }),
  };
}

interface Link {
  readonly filename: string;
  readonly url: string;
}

async function readLinks(
  page: string,
  headers: Readonly<Record<string, string>>,
  { signal }: Settings,
): Promise<Link[]> {
  try {
    const response = await request(page, { headers }, { timeoutMs, signal });
    if (!response.ok) throw statusFailure(response.status, page);
    const isJson = response.headers.get('content-type')?.startsWith(jsonType) ?? false;
    const text = await response.text();
    const links = isJson ? projectPage.parse(JSON.parse(text)).files : htmlLinks(text);
    return links.map(({ filename, url }) => ({ filename, url: absoluteUrl(url, response.url) }));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw new SourceFailure('refused', `${page} does not answer as a package index does`, error);
    }
    throw requestFailure(error, page, timeoutMs, signal);
  }
}

/** Without the fragment, which only repeats the file's hash. */
function absoluteUrl(url: string, base: string): string {
  const absolute = new URL(url, base);
  absolute.hash = '';
  return absolute.href;
}

/** The links of a PEP 503 page; their text is the file's name. */
function htmlLinks(html: string): Link[] {
  const anchors = html.matchAll(/<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([^<]*)<\/a>/gi);
  return [...anchors].map(([, double, single, text = '']) => ({
    filename: text.trim(),
    url: (double ?? single ?? '').replaceAll('&amp;', '&'),
  }));
}
