import { parseInput } from '@legend-fl/base';
import type { ProblemCode, Route, RouteName } from '@legend-fl/protocol';
import { publicKeySchema, VERSION_HEADER } from '@legend-fl/protocol';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { Refusal } from '../refusals/refusal.ts';
import type { DeviceGate, GateRequest } from './device-gate.ts';
import type { ExchangeContext } from './exchange.ts';
import type { HttpLimits } from './http-limits.ts';
import type { OperatorGate } from './operator-gate.ts';
import type { RateLimits } from './rate-limits.ts';
import { parseJson, readTextBody } from './read-json-body.ts';
import type { AnyHandler, Content } from './route-handlers.ts';

export interface CallOptions {
  readonly devices: DeviceGate;
  readonly operators: OperatorGate;
  readonly rateLimits: RateLimits;
  readonly limits: HttpLimits;
}

/** Refusals of whoever tries credentials or tokens out. */
const wrongGuesses: ReadonlySet<string> = new Set<ProblemCode>([
  'credential-invalid',
  'device-unknown',
  'token-invalid',
]);
/** Refusals of whoever holds a token that lets nobody in any more. */
const closedTokens: ReadonlySet<string> = new Set<ProblemCode>([
  'token-revoked',
  'token-used',
  'token-expired',
  'token-held',
]);

interface Asked {
  readonly name: RouteName;
  readonly route: Route;
}

/** One request of a route: let in or not, parsed with the route's schemas, handled, answered. */
export async function callRoute(
  context: ExchangeContext,
  { name, route, handle }: Asked & { readonly handle: AnyHandler },
  options: CallOptions,
): Promise<Response> {
  let body: unknown;
  try {
    body = await admit(context, { name, route }, options);
    const { incoming, outgoing } = context.env;
    const answer = await handle({
      parameters: parse(route.parameters, context.req.param(), 'path'),
      query: parse(route.query, context.req.query(), 'query'),
      body,
      device: context.get('device'),
      context,
      incoming,
      outgoing,
    });
    return respond(context, route, answer);
  } catch (error) {
    const isTry = hasCredential(context) || route.body !== undefined;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const closedToken = closedTokens.has(code) ? tokenIn(body) : undefined;
    if (isTry && (wrongGuesses.has(code) || closedToken !== undefined)) {
      await options.rateLimits.countFailure({ address: context.get('address'), route: name, closedToken });
    }
    throw error;
  }
}

function tokenIn(body: unknown): string | undefined {
  return z.object({ token: z.string() }).safeParse(body).data?.token;
}

/** Checks who sends the request, before its body is read where that can be. @returns the parsed body */
async function admit(context: ExchangeContext, asked: Asked, options: CallOptions): Promise<unknown> {
  const { route } = asked;
  switch (route.access) {
    case 'anybody':
      return parseBody(route, await readBody(context, route, options), options);
    case 'key':
      return admitKey(context, asked, options);
    case 'device':
      return admitDevice(context, asked, options);
    case 'operator':
      await admitOperator(context, options.operators);
      return parseBody(route, await readBody(context, route, options), options);
  }
}

const keyedBodySchema = z.object({ publicKey: publicKeySchema });

async function admitKey(context: ExchangeContext, asked: Asked, options: CallOptions): Promise<unknown> {
  const credential = needCredential(context);
  const text = await readBody(context, asked.route, options);
  const body = parseBody(asked.route, text, options);
  const { publicKey } = parse(keyedBodySchema, body, 'body');
  await options.devices.admitKey(gateRequest(context, asked, { credential, body: text }), publicKey);
  return body;
}

async function admitDevice(context: ExchangeContext, asked: Asked, options: CallOptions): Promise<unknown> {
  const credential = needCredential(context);
  const key = await options.devices.findKey(credential);
  const body = await readBody(context, asked.route, options);
  const request = gateRequest(context, asked, { credential, body });
  context.set('device', await options.devices.admitDevice(request, key));
  return parseBody(asked.route, body, options);
}

/** With the session's cookie, what changes something needs a header that no other site's page can send. */
async function admitOperator(context: ExchangeContext, operators: OperatorGate): Promise<void> {
  const by = await operators.admit(context, credentialOf(context));
  const changes = !['GET', 'HEAD'].includes(context.env.incoming.method ?? '');
  if (by === 'session' && changes && context.req.header(VERSION_HEADER) === undefined) {
    throw new Refusal(
      'operator-only',
      `Expected the header ${VERSION_HEADER} with a session's cookie, got none. Send it, or the token instead.`,
    );
  }
}

function gateRequest(
  { env: { incoming } }: ExchangeContext,
  { name }: Asked,
  content: Pick<GateRequest, 'credential' | 'body'>,
): GateRequest {
  return { ...content, route: name, method: incoming.method ?? '', path: incoming.url ?? '' };
}

function credentialOf(context: ExchangeContext): string | undefined {
  return /^Bearer +(\S+)$/i.exec(context.req.header('Authorization') ?? '')?.[1];
}

function hasCredential(context: ExchangeContext): boolean {
  return context.req.header('Authorization') !== undefined;
}

function needCredential(context: ExchangeContext): string {
  const credential = credentialOf(context);
  if (credential !== undefined) return credential;
  throw new Refusal('credential-invalid', 'Expected the header Authorization: Bearer with a credential.');
}

async function readBody(context: ExchangeContext, { body }: Route, { limits }: CallOptions): Promise<string> {
  return body === undefined || body === 'bytes' ? '' : readTextBody(context.env.incoming, limits);
}

function parseBody({ body }: Route, text: string, { limits }: CallOptions): unknown {
  return body === undefined || body === 'bytes'
    ? undefined
    : parse(body, parseJson(text, limits.jsonDepth), 'body');
}

function parse<Schema extends z.ZodType | undefined>(
  schema: Schema,
  value: unknown,
  where: string,
): Schema extends z.ZodType ? z.output<Schema> : undefined;
function parse(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  return schema === undefined ? undefined : parseInput(schema, value, { code: 'request-invalid', where });
}

function respond(context: ExchangeContext, route: Route, answer: unknown): Response {
  if (answer instanceof Response) return answer;
  if (answer === null) return context.body(null, 204);
  if (!('mediaType' in route.answer)) {
    return context.json(answer, (route.status ?? 200) as ContentfulStatusCode);
  }
  const { type, content, headers } = answer as Content;
  const body = typeof content === 'string' ? content : Uint8Array.from(content);
  return context.body(body, 200, { ...headers, 'Content-Type': type });
}
