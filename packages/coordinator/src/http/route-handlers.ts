import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RouteName, routes } from '@legend-fl/protocol';
import type { z } from 'zod';
import type { ExchangeContext } from './exchange.ts';

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Field<R, Name extends string> = R extends { readonly [key in Name]: infer Schema }
  ? Parsed<Schema>
  : undefined;

/** A request of a route that has been let in, with its parts parsed. */
export interface Call<R> {
  readonly parameters: Field<R, 'parameters'>;
  readonly query: Field<R, 'query'>;
  readonly body: Field<R, 'body'>;
  /** Id of the device that calls; undefined where another may. */
  readonly device: R extends { readonly access: 'device' } ? string : undefined;
  readonly context: ExchangeContext;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** An answer that is not JSON. */
export interface Content {
  readonly type: string;
  readonly content: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

type JsonAnswer<R> = R extends { readonly answer: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : Content;

/** `null` is an answer without content; a Response one that is made, or sent already. */
export type Answer<R> = JsonAnswer<R> | Response | null;

export type Handler<R> = (call: Call<R>) => Promise<Answer<R>>;

/** What answers each route of the protocol: a route without one does not compile. */
export type RouteHandlers = { readonly [Name in RouteName]: Handler<(typeof routes)[Name]> };

/** A handler as the loop over all routes sees it, which has checked the parts with the route's own schemas. */
export type AnyHandler = (call: Readonly<Record<keyof Call<unknown>, unknown>>) => Promise<unknown>;
