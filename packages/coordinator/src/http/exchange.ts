import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** What the server keeps of a request while it is answered. */
export interface ExchangeVariables {
  /** Path of the route, with parameters in braces; `page` of a page. */
  route: string;
  address: string;
  /** Whether the client came over TLS, to the server or to the proxy before it. */
  overTls: boolean;
  device: string | undefined;
  /** Milliseconds. */
  startedAt: number;
}

export interface ExchangeEnv {
  Bindings: HttpBindings;
  Variables: ExchangeVariables;
}

export type ExchangeContext = Context<ExchangeEnv>;

/** Whether nobody is there any more who could be answered. */
export function isClientGone(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
  return outgoing.destroyed || outgoing.socket?.destroyed === true || incoming.errored !== null;
}

/** Aborts when the client goes away before it is answered, or any of the others does. */
export function abortWithClient(outgoing: ServerResponse, ...others: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  if (outgoing.destroyed) controller.abort();
  else outgoing.once('close', () => controller.abort());
  return AbortSignal.any([controller.signal, ...others]);
}
