import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendBytes, sendJson, startServer, type TestServer } from './start-server.ts';

/** A repository of the test hub. Files that end in .safetensors or .parquet are large files (LFS). */
export interface TestRepo {
  readonly type: 'model' | 'dataset';
  readonly name: string;
  readonly commit: string;
  /** Branches and tags at that commit. */
  readonly revisions?: readonly string[];
  readonly files: Readonly<Record<string, Buffer>>;
}

export interface TestHubOptions {
  /** Wanted from everybody who asks the hub itself, and from nobody who asks for a large file's storage. */
  readonly token?: string;
  /** See {@link sendBytes}; for large files. */
  readonly cuts?: number[];
  /** Sent in place of the large files' bytes. */
  readonly tampered?: Buffer;
}

/** A server that answers as the Hugging Face hub does to those who look a repository up and download files. */
export function startHub(repos: readonly TestRepo[], options: TestHubOptions = {}): Promise<TestServer> {
  const large = new Map(
    repos.flatMap(({ files }) => Object.values(files)).map((bytes) => [sha256(bytes), bytes]),
  );
  return startServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://hub').pathname);
    const stored = large.get(path.replace('/storage/', ''));
    if (stored !== undefined) {
      if (request.headers.authorization !== undefined) response.writeHead(400).end();
      else sendBytes(request, response, options.tampered ?? stored, options.cuts ?? []);
    } else if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`) {
      response.writeHead(401).end();
    } else if (!repos.some((repo) => answerFor(repo, path, request, response))) {
      response.writeHead(404).end();
    }
  });
}

function answerFor(
  repo: TestRepo,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { commit, files, name, type } = repo;
  const api = `/api/${type}s/${name}`;
  for (const revision of [commit, 'main', ...(repo.revisions ?? [])]) {
    if (path === `${api}/revision/${revision}`) {
      sendJson(response, { _id: '1', id: name, sha: commit, lastModified: '2024-01-01T00:00:00Z' });
      return true;
    }
  }
  if (path === `${api}/tree/${commit}`) {
    sendJson(
      response,
      Object.entries(files).map(([file, bytes]) => listed(file, bytes)),
    );
    return true;
  }
  const prefix = `${type === 'dataset' ? '/datasets' : ''}/${name}/resolve/${commit}/`;
  const file = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  const bytes = files[file];
  if (bytes === undefined) return false;
  if (isLarge(file)) {
    const storage = `http://localhost:${request.socket.localPort}/storage/${sha256(bytes)}`;
    response.writeHead(302, { location: storage }).end();
  } else {
    sendBytes(request, response, bytes, []);
  }
  return true;
}

function listed(path: string, bytes: Buffer) {
  const entry = { type: 'file', path, size: bytes.length, oid: gitBlob(bytes) };
  return isLarge(path)
    ? { ...entry, lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }
    : entry;
}

function isLarge(path: string): boolean {
  return /\.(safetensors|parquet)$/.test(path);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function gitBlob(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
