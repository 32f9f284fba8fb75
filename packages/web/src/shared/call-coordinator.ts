import { PROTOCOL_VERSION, problemSchema, type RouteName, routes, VERSION_HEADER } from '@legend-fl/protocol';
import { z } from 'zod';

type Routes = typeof routes;
type Answer<Name extends RouteName> = Routes[Name]['answer'] extends z.ZodType
  ? z.output<Routes[Name]['answer']>
  : Response;

interface Call {
  /** Of the path, by name. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** The coordinator's answer that it will not do what was asked, in a sentence. */
export class RefusedCall extends Error {
  override readonly name = 'RefusedCall';
  readonly status: number;
  /** Of the protocol; undefined where something else than a coordinator answered. */
  readonly code: string | undefined;

  constructor(status: number, code: string | undefined, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Whether signing in would help. */
  get needsSignIn(): boolean {
    return this.status === 401 || this.code === 'operator-only';
  }
}

/** No answer came: the coordinator is not running, or not reachable from here. */
export class UnreachableCoordinator extends Error {
  override readonly name = 'UnreachableCoordinator';
}

/**
 * Sends a request of the protocol to the coordinator that served this page, with the session's cookie. Answers that are
 * not JSON come back as the response. Throws RefusedCall, UnreachableCoordinator.
 */
export async function callCoordinator<Name extends RouteName>(
  name: Name,
  { parameters = {}, body, signal }: Call = {},
): Promise<Answer<Name>> {
  const { method, answer } = routes[name];
  const response = await send(pathOf(name, parameters), {
    method,
    headers: {
      [VERSION_HEADER]: String(PROTOCOL_VERSION),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  });
  if (!response.ok) throw await readRefusal(response);
  const result = answer instanceof z.ZodType ? answer.parse(await response.json()) : response;
  return result as Answer<Name>;
}

/** Path of a route with its parameters filled in. */
export function pathOf(name: RouteName, parameters: Readonly<Record<string, string>> = {}): string {
  return routes[name].path.replace(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(parameters[key] ?? ''),
  );
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store' });
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    throw new UnreachableCoordinator(
      'The coordinator does not answer. Look whether “legend serve” is running and this machine is online.',
      { cause },
    );
  }
}

async function readRefusal(response: Response): Promise<RefusedCall> {
  const { success, data } = problemSchema.safeParse(await response.json().catch(() => undefined));
  if (success) return new RefusedCall(response.status, data.code, data.message);
  return new RefusedCall(
    response.status,
    undefined,
    `The coordinator answered ${response.status} ${response.statusText} without saying why.`.replace(
      '  ',
      ' ',
    ),
  );
}
