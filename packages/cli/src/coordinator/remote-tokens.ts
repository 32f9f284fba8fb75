import { InputError } from '@legend-fl/base';
import { PROTOCOL_VERSION, problemSchema, type Route, routes, VERSION_HEADER } from '@legend-fl/protocol';
import type { z } from 'zod';
import type { JoinTokens } from './join-tokens.ts';

/** Join tokens of a running coordinator, through its operator API. */
export function remoteTokens(url: string, operatorToken: string): JoinTokens {
  const call = async <Schema extends z.ZodType>(
    route: Route & { readonly answer: Schema },
    { body, path = route.path }: { readonly body?: unknown; readonly path?: string } = {},
  ): Promise<z.output<Schema>> => {
    const answer = await send(`${url.replace(/\/+$/, '')}${path}`, {
      method: route.method,
      headers: { Authorization: `Bearer ${operatorToken}`, [VERSION_HEADER]: String(PROTOCOL_VERSION) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return route.answer.parse(answer);
  };
  return {
    async listRuns() {
      const runs = await call(routes.listRuns);
      return runs.filter(({ status }) => status === 'waiting' || status === 'running').map(({ id }) => id);
    },
    create: (token) => call(routes.createToken, { body: token }),
    list: () => call(routes.listTokens),
    async revoke(id) {
      await call(routes.revokeToken, {
        path: routes.revokeToken.path.replace('{token}', encodeURIComponent(id)),
      });
    },
  };
}

async function send(url: string, init: RequestInit): Promise<unknown> {
  const { origin } = new URL(url);
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    const { cause: reason } = cause as Error;
    throw new InputError({
      code: 'coordinator-unreachable',
      expected: 'a running coordinator',
      got: `"${reason instanceof Error ? reason.message : (cause as Error).message}"`,
      where: origin,
      todo: 'Check the address. If this machine does not trust the certificate, name the file of its authority in NODE_EXTRA_CA_CERTS.',
      cause,
    });
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer;
  const problem = problemSchema.safeParse(answer);
  throw new InputError({
    code: problem.data?.code ?? 'foreign-answer',
    expected: 'the coordinator to accept the request',
    got: problem.data === undefined ? `status ${response.status}` : `"${problem.data.message}"`,
    where: origin,
    todo: 'Check the address and the operator token.',
  });
}
