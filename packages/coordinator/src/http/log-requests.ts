import type { Problem, RouteName } from '@legend-fl/protocol';
import type { ExchangeContext } from './exchange.ts';
import type { Logger } from './logger.ts';

/** Requests that change what a person wants to read of later. */
const events: Readonly<Partial<Record<RouteName, string>>> = {
  enrol: 'device enrolled',
  update: 'update handed in',
  leave: 'device left',
  signIn: 'operator signed in',
  signOut: 'operator signed out',
  createRun: 'run created',
  stopRun: 'run stopped',
  createToken: 'join token created',
  revokeToken: 'join token revoked',
  revokeDevice: 'device revoked',
  quarantineDevice: 'device quarantined',
  releaseDevice: 'device released',
};

/** One line for a significant request that has been carried out. */
export function logEvent(logger: Logger, route: RouteName, context: ExchangeContext): void {
  const event = events[route];
  if (event !== undefined) logger.info(describe(context), event);
}

/** One line for a refused request; with the stack where the fault is the coordinator's. */
export function logRefusal(
  logger: Logger,
  context: ExchangeContext,
  { error, status, problem }: { readonly error: unknown; readonly status: number; readonly problem: Problem },
): void {
  const fields = { ...describe(context), status, code: problem.code };
  if (problem.code === 'failed') logger.error({ ...fields, err: error }, 'request failed');
  else logger.warn({ ...fields, reason: problem.message }, 'request refused');
}

/** The path without its query, in which somebody may have put what belongs elsewhere. */
function describe(context: ExchangeContext) {
  return {
    method: context.env.incoming.method,
    path: context.env.incoming.url?.split('?')[0]?.slice(0, 200),
    route: context.get('route'),
    device: context.get('device'),
    address: context.get('address'),
    milliseconds: Math.round(performance.now() - context.get('startedAt')),
  };
}
