import { SourceFailure } from '../source.ts';
import { describeNetworkError } from './describe-network-error.ts';

/**
 * `fetch` whose answer must be complete within `timeoutMs`.
 *
 * @throws SourceFailure when the server is out of reach or too slow; the reason of `signal` when aborted.
 */
export async function request(
  url: string,
  init: RequestInit,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await fetch(url, { ...init, signal: AbortSignal.any([timeout, ...(signal ? [signal] : [])]) });
  } catch (error) {
    throw requestFailure(error, url, timeoutMs, signal);
  }
}

/** The failure to report for what a request, or reading its answer, threw. */
export function requestFailure(
  error: unknown,
  url: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof SourceFailure) return error;
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const reason = timedOut ? `no answer within ${timeoutMs / 1000} s` : describeNetworkError(error);
  return new SourceFailure('unreachable', `${new URL(url).origin}: ${reason}`, error);
}

/** The failure for an HTTP status that is not a success. */
export function statusFailure(status: number, url: string): SourceFailure {
  const meaning: Readonly<Record<number, string>> = {
    401: 'it wants credentials, or there is no such repository',
    403: 'access is denied',
    404: 'not found',
    429: 'too many requests',
  };
  const { origin, pathname } = new URL(url); // the rest may be secret
  const reason = `status ${status} (${meaning[status] ?? 'refused'})`;
  return new SourceFailure('refused', `${origin}${pathname}: ${reason}`);
}
