import type { Access, DeviceKey, RandomBytes, Route } from '@legend-fl/protocol';
import { PROTOCOL_VERSION, signRequest, VERSION_HEADER } from '@legend-fl/protocol';
import { backOffMs, readRetryAfter } from './back-off.ts';
import { ConnectionError, describeCause } from './connection-error.ts';
import { isStaleCredential, ProtocolError } from './protocol-error.ts';
import { startWatchdog } from './watchdog.ts';

/** What of its surroundings a client uses. */
export interface TransportParts {
  /** Of the coordinator, to which the paths of the protocol are appended. */
  readonly url: string;
  readonly key: DeviceKey;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: RandomBytes;
  /** Rejects with the signal's reason once it aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface CallOptions {
  /** Ends the call, repetitions included. */
  readonly signal: AbortSignal;
  /** Whether to repeat what may get through later, for ever; default: true. */
  readonly retry?: boolean;
}

/** How it stands with the connection, whenever that changes. */
export type ConnectionStatus =
  | {
      readonly type: 'retrying';
      readonly error: ConnectionError | ProtocolError;
      /** Until the next attempt. */
      readonly seconds: number;
    }
  | { readonly type: 'restored' };

/** A request, as often as it takes. */
export interface OutgoingRequest<Answer> {
  readonly method: Route['method'];
  /** From `/v1` on, with query. */
  readonly path: string;
  readonly access: Access;
  /** JSON as text, or bytes of an upload. */
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** Asked for each attempt. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Milliseconds without any sign of the coordinator after which an attempt has failed. */
  readonly timeoutMs: number;
  /** Reads an answer that does not refuse; calls `alive` for each part that is kept even if the rest fails. */
  read(response: Response, alive: () => void): Promise<Answer>;
}

/** Sends requests with credentials by the coordinator's clock, and again until they get through. */
export class Transport {
  readonly #parts: TransportParts;
  readonly #listeners = new Set<(status: ConnectionStatus) => void>();
  /** Of the coordinator's clock to this one, as far as it is known. */
  #clockOffsetMs = 0;
  #isTroubled = false;
  device: string | undefined;

  constructor(parts: TransportParts, device: string | undefined) {
    this.#parts = parts;
    this.device = device;
  }

  get url(): string {
    return this.#parts.url;
  }

  watch(listener: (status: ConnectionStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Throws ProtocolError where the coordinator refuses, ConnectionError for answers that are not a coordinator's, or with
   * `retry: false` none at all, and the signal's reason.
   */
  async send<Answer>(
    request: OutgoingRequest<Answer>,
    { signal, retry = true }: CallOptions,
  ): Promise<Answer> {
    let isCorrected = false;
    let repetition = 0;
    // A connection that breaks every few megabytes gets there too.
    const advance = (): void => {
      repetition = 0;
    };
    for (;;) {
      signal.throwIfAborted();
      try {
        const answer = await this.#attempt(request, advance, signal);
        this.#tellRestored();
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        if (isStaleCredential(error)) {
          this.#clockOffsetMs = error.problem.serverTime - this.#parts.now();
          if (!isCorrected) {
            isCorrected = true;
            continue;
          }
        }
        const isKnown = error instanceof ConnectionError || error instanceof ProtocolError;
        if (!isKnown || !retry || !error.passes) throw error;
        await this.pause(repetition++, error, signal);
      }
    }
  }

  /** Waits before a repetition, and tells whoever watches. */
  async pause(
    repetition: number,
    error: ConnectionError | ProtocolError,
    signal: AbortSignal,
  ): Promise<void> {
    const { random, sleep } = this.#parts;
    const delayMs = backOffMs(repetition, error.retryAfterSeconds, random);
    this.#isTroubled = true;
    for (const listener of this.#listeners) listener({ type: 'retrying', error, seconds: delayMs / 1000 });
    await sleep(delayMs, signal);
  }

  #tellRestored(): void {
    if (!this.#isTroubled) return;
    this.#isTroubled = false;
    for (const listener of this.#listeners) listener({ type: 'restored' });
  }

  async #attempt<Answer>(
    request: OutgoingRequest<Answer>,
    advance: () => void,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { url, fetch } = this.#parts;
    const { method, path, body, timeoutMs } = request;
    const headers = await this.#headersOf(request);
    const watchdog = startWatchdog(timeoutMs, signal);
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body }),
        // A redirection would turn a POST into a GET, and its credential is for this path alone.
        redirect: 'manual',
        credentials: 'omit',
        cache: 'no-store',
        signal: watchdog.signal,
      });
      watchdog.alive();
      if (!response.ok) throw await this.#refusalOf(request, response);
      return await request.read(response, () => {
        watchdog.alive();
        advance();
      });
    } catch (cause) {
      if (cause instanceof ConnectionError || cause instanceof ProtocolError) throw cause;
      if (cause instanceof LocalFault) throw cause.cause;
      if (cause instanceof ForeignContent)
        throw this.foreignAnswer(request, cause.status, cause.message, cause);
      throw new ConnectionError('unreachable', `${url} cannot be reached: ${describeCause(cause)}.`, {
        cause,
      });
    } finally {
      watchdog.stop();
    }
  }

  async #headersOf({ method, path, access, body, headers }: OutgoingRequest<unknown>) {
    const { key, now, random } = this.#parts;
    const isText = typeof body === 'string';
    const type = isText ? 'application/json' : 'application/octet-stream';
    const shared = {
      [VERSION_HEADER]: String(PROTOCOL_VERSION),
      ...(body !== undefined && { 'Content-Type': type }),
      ...headers?.(),
    };
    if (access === 'anybody') return shared;
    const credential = await signRequest({
      key,
      device: access === 'key' ? undefined : this.device,
      method,
      path,
      body: isText ? body : undefined,
      now: now() + this.#clockOffsetMs,
      random,
    });
    return { ...shared, Authorization: `Bearer ${credential}` };
  }

  async #refusalOf(request: OutgoingRequest<unknown>, response: Response) {
    const { status, headers } = response;
    const retryAfter = readRetryAfter(headers.get('Retry-After'), this.#parts.now());
    const body = parseJson(await response.text());
    const refusal = ProtocolError.read(body, { status, retryAfterSeconds: retryAfter });
    if (refusal !== undefined) return refusal;
    const target = headers.get('Location');
    const about = target === null ? 'with nothing that a coordinator says' : `by a redirection to ${target}`;
    return this.foreignAnswer(request, status, about, undefined, retryAfter);
  }

  foreignAnswer(
    { method, path }: Pick<OutgoingRequest<unknown>, 'method' | 'path'>,
    status: number,
    about: string,
    cause?: unknown,
    retryAfterSeconds?: number,
  ): ConnectionError {
    return new ConnectionError(
      'foreign-answer',
      `${this.url} answered ${method} ${path} with status ${status}, ${about}. Check that the address is the coordinator's.`,
      { cause, status, retryAfterSeconds },
    );
  }
}

/** An accepted request was answered with something else than the protocol says. */
export class ForeignContent extends Error {
  override readonly name = 'ForeignContent';
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** What went wrong while an answer was read, and not with the connection: thrown as its cause, not tried again. */
export class LocalFault extends Error {
  override readonly name = 'LocalFault';

  constructor(cause: unknown) {
    super('An answer could not be kept.', { cause });
  }
}

/** The value of a JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
