import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { TooManyRequests } from '../refusals/too-many-requests.ts';
import { type ExchangeContext, isClientGone } from './exchange.ts';
import { logRefusal } from './log-requests.ts';
import type { Logger } from './logger.ts';
import { toProblem } from './to-problem.ts';

/** Answers with the problem that an error is, and logs it. */
export function refuse(
  context: ExchangeContext,
  error: unknown,
  { logger, now }: { readonly logger: Logger; readonly now: () => number },
): Response {
  const { incoming, outgoing } = context.env;
  if (isClientGone(incoming, outgoing)) {
    logger.debug({ route: context.get('route'), device: context.get('device') }, 'client went away');
    outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  const { status, problem } = toProblem(error, now());
  logRefusal(logger, context, { error, status, problem });
  if (outgoing.headersSent) {
    // Part of another answer is on its way: the client must see that it is not whole.
    outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  if (error instanceof TooManyRequests) outgoing.setHeader('Retry-After', error.retryAfterSeconds);
  if (problem.code === 'shutting-down' || problem.code === 'disk-full') outgoing.setHeader('Retry-After', 10);
  if (status === 401) outgoing.setHeader('WWW-Authenticate', 'Bearer');
  // What is left of the body is not waited for.
  if (!incoming.complete || problem.code === 'shutting-down') outgoing.setHeader('Connection', 'close');
  return context.json(problem, status as ContentfulStatusCode, { 'Cache-Control': 'no-store' });
}
