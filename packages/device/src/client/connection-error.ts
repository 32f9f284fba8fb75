/**
 * No answer of a coordinator came: `unreachable` none at all, or one that broke off; `foreign-answer` one of something
 * else; `blob-damaged` content of another hash than its name, again and again.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: 'unreachable' | 'foreign-answer' | 'blob-damaged';
  /** HTTP status of a foreign answer. */
  readonly status: number | undefined;
  /** Seconds that it wants to be left alone for. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ConnectionError['code'],
    message: string,
    {
      cause,
      status,
      retryAfterSeconds,
    }: {
      readonly cause?: unknown;
      readonly status?: number;
      readonly retryAfterSeconds?: number | undefined;
    } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether the same request may get through later: a proxy answers like this while the coordinator restarts. */
  get passes(): boolean {
    if (this.code === 'unreachable') return true;
    return this.status !== undefined && (this.status === 429 || this.status >= 500);
  }
}

/** What an error of `fetch` comes from; its own message is `fetch failed`. */
export function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  // Of several addresses that were tried, one says enough.
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return inner instanceof Error && inner.message !== '' ? inner.message : error.message;
}
