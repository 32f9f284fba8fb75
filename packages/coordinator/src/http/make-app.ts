import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Route, type RouteName, routes, secureRandom, VERSION_HEADER } from '@legend-fl/protocol';
import { Hono } from 'hono';
import { Refusal } from '../refusals/refusal.ts';
import type { Coordinator } from '../services/coordinator.ts';
import type { SecretStore } from '../store/store.ts';
import { type CallOptions, callRoute } from './call-route.ts';
import { clientAddress, isOverTls } from './client-address.ts';
import { DeviceGate } from './device-gate.ts';
import { deviceHandlers, shuttingDown } from './device-handlers.ts';
import type { ExchangeEnv } from './exchange.ts';
import type { HttpLimits } from './http-limits.ts';
import { logEvent } from './log-requests.ts';
import type { Logger } from './logger.ts';
import { makeMetrics } from './metrics.ts';
import { openHandlers, supportedVersions } from './open-handlers.ts';
import { OperatorGate } from './operator-gate.ts';
import { operatorHandlers } from './operator-handlers.ts';
import { type Pages, servePages } from './pages.ts';
import { RateLimits } from './rate-limits.ts';
import { refuse } from './refuse.ts';
import type { AnyHandler, RouteHandlers } from './route-handlers.ts';

export interface AppOptions {
  readonly coordinator: Coordinator;
  readonly secrets: SecretStore;
  readonly pages: Pages;
  readonly pageFolder: string;
  readonly logger: Logger;
  readonly limits: HttpLimits;
  /** Whether X-Forwarded-For and X-Forwarded-Proto are a reverse proxy's. */
  readonly trustedProxy: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** Every answer has these; a page has its own policy. */
const commonHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
};

/** The server's application: all routes of the protocol, and the pages. */
export function makeApp(options: AppOptions): Hono<ExchangeEnv> {
  const { coordinator, secrets, logger, limits, stopping, trustedProxy, now } = options;
  const app = new Hono<ExchangeEnv>();
  const metrics = makeMetrics(coordinator);
  const rateLimits = new RateLimits(limits);
  const call: CallOptions = {
    devices: new DeviceGate(coordinator.forDevices, rateLimits, now),
    operators: new OperatorGate({ secrets, now, random: secureRandom }),
    rateLimits,
    limits,
  };
  app.onError((error, context) => refuse(context, error, options));
  app.notFound((context) => refuse(context, new Refusal('not-found', 'There is nothing here.'), options));

  app.use(async (context, next) => {
    const { incoming, outgoing } = context.env;
    const overTls = isOverTls(incoming, trustedProxy);
    context.set('startedAt', performance.now());
    context.set('route', 'none');
    context.set('address', clientAddress(incoming, trustedProxy));
    context.set('overTls', overTls);
    for (const [name, value] of Object.entries(commonHeaders)) outgoing.setHeader(name, value);
    if (overTls) outgoing.setHeader('Strict-Transport-Security', 'max-age=31536000');
    outgoing.once('close', () => {
      const labels = {
        route: context.get('route'),
        method: incoming.method ?? '',
        status: outgoing.statusCode,
      };
      metrics.observeRequest(labels, (performance.now() - context.get('startedAt')) / 1000);
    });
    if (stopping.aborted) throw shuttingDown();
    await next();
    // Who does not take the answer is not waited for.
    if (!outgoing.writableFinished) outgoing.setTimeout(limits.idleMs, () => outgoing.destroy());
  });
  for (const path of ['/v1', '/v1/*']) {
    app.use(path, async (context, next) => {
      checkVersion(context.req.header(VERSION_HEADER));
      await next();
    });
  }
  addRoutes(app, call, options, {
    ...openHandlers(coordinator, { logger, now }),
    ...deviceHandlers({ coordinator, limits, stopping }),
    ...operatorHandlers({ coordinator, gate: call.operators, metrics, limits, stopping }),
  });
  addPages(app, options);
  return app;
}

function addRoutes(
  app: Hono<ExchangeEnv>,
  call: CallOptions,
  { logger }: AppOptions,
  handlers: RouteHandlers,
): void {
  const methods = new Map<string, string[]>();
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    // The parts of a call are parsed with the schemas that the handler's type is made from.
    const handle = handlers[name as RouteName] as AnyHandler;
    app.on(route.method, path, async (context) => {
      context.set('route', route.path);
      // What waits or streams has no headers to tell beforehand.
      if (context.env.incoming.method === 'HEAD' && (name === 'assignment' || name === 'events')) {
        return refuseMethod(['GET'], context.env);
      }
      const response = await callRoute(context, { name: name as RouteName, route, handle }, call);
      logEvent(logger, name as RouteName, context);
      return response;
    });
    methods.set(path, [...(methods.get(path) ?? []), route.method]);
  }
  for (const [path, allowed] of methods) {
    app.all(path, (context) => refuseMethod(allowed, context.env));
  }
}

function addPages(app: Hono<ExchangeEnv>, { pages, pageFolder, limits }: AppOptions): void {
  const { has, send } = servePages(pages, { folder: pageFolder, idleMs: limits.idleMs });
  app.all('*', async (context, next) => {
    const { incoming, outgoing } = context.env;
    if (!has(context.req.path)) return next();
    context.set('route', 'page');
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') return refuseMethod(['GET'], context.env);
    await send(context.req.path, incoming, outgoing);
    return RESPONSE_ALREADY_SENT;
  });
}

function refuseMethod(allowed: readonly string[], { outgoing }: HttpBindings): never {
  const list = allowed.join(', ');
  outgoing.setHeader('Allow', list);
  throw new Refusal('method-not-allowed', `Expected one of the methods ${list}.`);
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || supportedVersions.map(String).includes(version.trim())) return;
  throw new Refusal(
    'protocol-unsupported',
    `Expected protocol version ${supportedVersions.join(' or ')}, got "${version.slice(0, 20)}". Install the version of legend that the coordinator runs.`,
    { supported: supportedVersions },
  );
}
