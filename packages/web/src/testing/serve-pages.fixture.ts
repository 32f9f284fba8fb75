import { readFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundleOnce } from './bundle-once.fixture.ts';

/** The pages at one address, before a coordinator at another. */
export interface ServedPages {
  readonly origin: string;
  stop(): Promise<void>;
}

/** @param isolated whether the pages are isolated from other origins, as they should be */
export async function servePages(coordinator: string, { isolated = true } = {}): Promise<ServedPages> {
  const pages = await bundleOnce();
  const server = createServer((request, response) => {
    const { url = '/', method, headers } = request;
    const page = pages.get(url);
    if (page !== undefined) {
      const { 'Cross-Origin-Opener-Policy': _, ...others } = page.headers;
      const headers = isolated ? page.headers : others;
      response.writeHead(200, { 'content-type': page.type, ...headers });
      response.end(page.bytes ?? readFileSync(page.path));
      return;
    }
    const onward = forward(new URL(url, coordinator), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
