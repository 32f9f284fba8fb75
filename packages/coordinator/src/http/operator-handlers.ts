import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Refusal } from '../refusals/refusal.ts';
import { TooManyRequests } from '../refusals/too-many-requests.ts';
import type { Coordinator } from '../services/coordinator.ts';
import { abortWithClient } from './exchange.ts';
import type { HttpLimits } from './http-limits.ts';
import type { Metrics } from './metrics.ts';
import type { OperatorGate } from './operator-gate.ts';
import type { RouteHandlers } from './route-handlers.ts';
import { sendEvents } from './send-events.ts';

type OperatorRoute =
  | 'signIn'
  | 'signOut'
  | 'events'
  | 'listRuns'
  | 'createRun'
  | 'stopRun'
  | 'listRounds'
  | 'roundRecords'
  | 'adapterFile'
  | 'report'
  | 'listTokens'
  | 'createToken'
  | 'revokeToken'
  | 'listDevices'
  | 'revokeDevice'
  | 'quarantineDevice'
  | 'releaseDevice'
  | 'metrics';

export interface OperatorHandlerOptions {
  readonly coordinator: Coordinator;
  readonly gate: OperatorGate;
  readonly metrics: Metrics;
  readonly limits: HttpLimits;
  readonly stopping: AbortSignal;
}

/** The report brings its own styles and scripts, and names that devices gave themselves: it is nobody's origin. */
const reportHeaders = {
  'Content-Security-Policy':
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:",
};

/** What operators ask for, as the coordinator answers it. */
export function operatorHandlers({
  coordinator: { forOperators },
  gate,
  metrics,
  limits,
  stopping,
}: OperatorHandlerOptions): Pick<RouteHandlers, OperatorRoute> {
  let listeners = 0;
  return {
    async signIn({ body, context }) {
      if (!(await gate.isToken(body.token))) {
        throw new Refusal(
          'token-invalid',
          'That is not the operator token. `legend token operator` makes a new one.',
        );
      }
      await gate.beginSession(context, context.get('overTls'));
      return {};
    },
    async signOut({ context }) {
      await gate.endSession(context);
      return {};
    },
    async events({ outgoing }) {
      if (listeners >= limits.listeners) throw new TooManyRequests('live pages', 30);
      listeners++;
      try {
        const signal = abortWithClient(outgoing, stopping);
        await sendEvents(outgoing, {
          subscribe: (listener) => forOperators.subscribe(listener),
          signal,
          limits,
        });
      } finally {
        listeners--;
      }
      return RESPONSE_ALREADY_SENT;
    },
    listRuns: async () => [...forOperators.listRuns()],
    createRun: ({ body }) => forOperators.createRun(body),
    stopRun: ({ parameters }) => forOperators.stopRun(parameters.run),
    listRounds: async ({ parameters }) => [...(await forOperators.listRounds(parameters.run))],
    async roundRecords({ parameters }) {
      const records = await forOperators.roundRecords(parameters.run);
      return {
        type: 'application/jsonl',
        content: records.map((record) => `${JSON.stringify(record)}\n`).join(''),
      };
    },
    async adapterFile({ parameters: { run, file } }) {
      return {
        type: file.endsWith('.json') ? 'application/json' : 'application/octet-stream',
        content: await forOperators.adapterFile(run, file),
        headers: { 'Content-Disposition': `attachment; filename="${file}"` },
      };
    },
    async report({ parameters }) {
      const content = await forOperators.report(parameters.run);
      return { type: 'text/html; charset=utf-8', content, headers: reportHeaders };
    },
    listTokens: async () => [...(await forOperators.listTokens())],
    createToken: ({ body }) => forOperators.createToken(body),
    async revokeToken({ parameters }) {
      await forOperators.revokeToken(parameters.token);
      return {};
    },
    listDevices: async () => [...forOperators.listDevices()],
    async revokeDevice({ parameters }) {
      await forOperators.revokeDevice(parameters.device);
      return {};
    },
    async quarantineDevice({ parameters }) {
      await forOperators.setQuarantine(parameters.device, true);
      return {};
    },
    async releaseDevice({ parameters }) {
      await forOperators.setQuarantine(parameters.device, false);
      return {};
    },
    async metrics() {
      const { type, text } = await metrics.render();
      return { type, content: text };
    },
  };
}
