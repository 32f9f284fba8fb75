import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { InputError } from '@legend-fl/base';
import { isLoopback } from '@legend-fl/protocol';
import { Refusal } from '../refusals/refusal.ts';
import type { Coordinator } from '../services/coordinator.ts';
import type { SecretStore } from '../store/store.ts';
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts';
import type { TlsCertificate } from './load-certificate.ts';
import type { Logger } from './logger.ts';
import { makeApp } from './make-app.ts';
import type { Pages } from './pages.ts';
import { toProblem } from './to-problem.ts';

export interface HttpServerOptions {
  readonly coordinator: Coordinator;
  /** Holds the hash of the operator's token, and the key of sessions. */
  readonly secrets: SecretStore;
  readonly pages: Pages;
  /** Folder where compressed pages are kept; it is made when one is asked for. */
  readonly pageFolder: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly tls?: TlsCertificate | undefined;
  /** Lets a server without TLS be reached from other machines. */
  readonly allowPlainHttp?: boolean | undefined;
  /** Whether a reverse proxy stands before the server, whose X-Forwarded-For and -Proto count. */
  readonly trustedProxy?: boolean | undefined;
  readonly logger: Logger;
  readonly limits?: Partial<HttpLimits> | undefined;
  /** Milliseconds since 1970; the machine's clock unless given. */
  readonly now?: (() => number) | undefined;
}

export interface HttpServer {
  /** Without a slash at its end. */
  readonly url: string;
  /**
   * Lets no more in, answers those who wait with `shutting-down`, gives what is under way `limits.stopMs`, then cuts
   * it off.
   */
  close(): Promise<void>;
}

/**
 * Starts the server that devices, operators and browsers reach a coordinator through. Throws InputError where the
 * address cannot be had, or other machines could read along.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, tls, logger, trustedProxy = false, now = Date.now } = options;
  checkTransport(options);
  const limits = { ...defaultHttpLimits, ...options.limits };
  const stopping = new AbortController();
  const app = makeApp({ ...options, limits, trustedProxy, now, stopping: stopping.signal });
  const listener = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    errorHandler: (error) => badRequest(error, logger, now()),
  });
  const server = createNodeServer(limits, tls, listener);
  const url = await listen(server, { host, port, scheme: tls === undefined ? 'http' : 'https' });
  logger.info({ url }, 'listening');
  let closed: Promise<void> | undefined;
  return {
    url,
    close() {
      closed ??= stop(server, { stopping, stopMs: limits.stopMs, logger });
      return closed;
    },
  };
}

/** Throws InputError where other machines could reach a server and read along. */
export function checkTransport({
  host,
  tls,
  allowPlainHttp = false,
}: {
  readonly host: string;
  readonly tls?: unknown;
  readonly allowPlainHttp?: boolean | undefined;
}): void {
  if (tls === undefined && !allowPlainHttp && !isLoopback(host)) throw plainHttpRefused(host);
}

async function stop(
  server: Server,
  {
    stopping,
    stopMs,
    logger,
  }: { readonly stopping: AbortController; readonly stopMs: number; readonly logger: Logger },
): Promise<void> {
  logger.info('stopping');
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  stopping.abort();
  const cutOff = setTimeout(() => server.closeAllConnections(), stopMs);
  // A connection that has just been answered is idle only when its last byte is out.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearTimeout(cutOff);
  clearInterval(sweep);
  logger.info('stopped');
}

function createNodeServer(
  { headerBytes, headerCount, headersMs }: HttpLimits,
  tls: TlsCertificate | undefined,
  listener: ReturnType<typeof getRequestListener>,
): Server {
  const serverOptions: ServerOptions = {
    maxHeaderSize: headerBytes,
    headersTimeout: headersMs,
    // An upload may take as long as bytes arrive; a JSON body has its own limit.
    requestTimeout: 0,
    keepAliveTimeout: 30_000,
    connectionsCheckingInterval: Math.min(5_000, headersMs),
  };
  const server =
    tls === undefined ? createServer(serverOptions) : createTlsServer({ ...serverOptions, ...tls });
  server.maxHeadersCount = headerCount;
  server.on('request', (incoming, outgoing) => void listener(incoming, outgoing));
  return server;
}

async function listen(
  server: Server,
  { host, port, scheme }: { readonly host: string; readonly port: number; readonly scheme: string },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen({ host, port }, () => resolve());
  try {
    await promise;
  } catch (cause) {
    throw describeListenError(cause as NodeJS.ErrnoException, host, port);
  }
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${shown}:${(server.address() as AddressInfo).port}`;
}

function describeListenError(cause: NodeJS.ErrnoException, host: string, port: number): unknown {
  const where = `${host}:${port}`;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new InputError({
        code: 'port-in-use',
        expected: 'a port that is free',
        got: 'one that another program listens on',
        where,
        todo: 'Give another with --port, or stop that program.',
        cause,
      });
    case 'EACCES':
      return new InputError({
        code: 'port-forbidden',
        expected: 'a port that this user may listen on',
        got: 'one that the system keeps back',
        where,
        todo: 'Give one from 1024 with --port.',
        cause,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new InputError({
        code: 'host-unknown',
        expected: 'an address of this machine',
        got: `"${host}"`,
        where: '--host',
        todo: 'Give 127.0.0.1 for this machine alone, 0.0.0.0 for all of its addresses.',
        cause,
      });
    default:
      return cause;
  }
}

function plainHttpRefused(host: string): InputError {
  return new InputError({
    code: 'plain-http',
    expected: 'TLS, as other machines can reach this address and whoever is on the way could read along',
    got: 'no certificate',
    where: `--host ${host}`,
    todo: 'Give one with --tls-cert and --tls-key; or listen on 127.0.0.1 behind a reverse proxy that has one; or, in a network that you trust, say --allow-plain-http.',
  });
}

/** A request that no route can be found for, as it has no host or a broken path. */
function badRequest(error: unknown, logger: Logger, serverTime: number): Response {
  const isTheirs = error instanceof RequestError;
  const refusal = new Refusal('request-invalid', 'Expected a request with a host and a path.');
  const { status, problem } = toProblem(isTheirs ? refusal : error, serverTime);
  if (isTheirs) logger.warn({ status, code: problem.code, reason: error.message }, 'request refused');
  else logger.error({ status, code: problem.code, err: error }, 'request failed');
  return Response.json(problem, { status, headers: { 'Cache-Control': 'no-store', Connection: 'close' } });
}
