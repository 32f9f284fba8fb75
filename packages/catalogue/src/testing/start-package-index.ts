import { sendBytes, sendJson, startServer, type TestServer } from './start-server.ts';

export interface TestIndexOptions {
  /** `html`: as PEP 503 has it, whatever is asked for. Default: JSON, as PEP 691 has it. */
  readonly format?: 'json' | 'html';
  /** `user:password` wanted from everybody. */
  readonly credentials?: string;
  /** See {@link sendBytes}. */
  readonly cuts?: number[];
}

/** A server that answers as a Python package index does, with one project of these files, below `/simple`. */
export function startPackageIndex(
  project: string,
  files: Readonly<Record<string, Buffer>>,
  { format = 'json', credentials, cuts = [] }: TestIndexOptions = {},
): Promise<TestServer> {
  const names = Object.keys(files);
  return startServer((request, response) => {
    const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    const file = files[request.url?.replace('/files/', '') ?? ''];
    if (wanted !== undefined && request.headers.authorization !== wanted) {
      response.writeHead(401).end();
    } else if (file !== undefined) {
      sendBytes(request, response, file, cuts);
    } else if (request.url !== `/simple/${project}/`) {
      response.writeHead(404).end();
    } else if (format === 'html') {
      const links = names.map((name) => `<a class="x" href="../../files/${name}#sha256=00">${name}</a><br/>`);
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<html>${links.join('\n')}</html>`);
    } else {
      const listed = names.map((filename) => ({ filename, url: `/files/${filename}`, hashes: {} }));
      sendJson(response, { files: listed }, 'application/vnd.pypi.simple.v1+json');
    }
  });
}
