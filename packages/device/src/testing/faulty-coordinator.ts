import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Assignment } from '@legend-fl/protocol';
import {
  CredentialError,
  claimedDevice,
  enrolmentSchema,
  importPublicKey,
  LENGTH_HEADER,
  OFFSET_HEADER,
  type ProblemCode,
  type PublicKey,
  problemStatus,
  type RunForDevices,
  verifyRequest,
} from '@legend-fl/protocol';

/** What goes wrong with a request, once. */
export type Fault =
  /** The connection ends before anything is done. */
  | { readonly kind: 'cut' }
  /** All is done, and the connection ends before the answer. */
  | { readonly kind: 'cut-answer' }
  /** Of an answer's content only so much comes, of a request's only so much is taken. */
  | { readonly kind: 'cut-after'; readonly bytes: number }
  | { readonly kind: 'refuse'; readonly code: ProblemCode; readonly retryAfter?: string }
  /** Something that is no coordinator answers. */
  | {
      readonly kind: 'foreign';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  /** Another part of a blob than was asked for. */
  | { readonly kind: 'wrong-range' }
  /** A byte of the content changes on the way. */
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'too-long' };

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly offset: string | undefined;
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** The connection ends before it. */
  readonly isLost?: boolean;
}

/**
 * A coordinator of one device that breaks down on purpose: it speaks the protocol over real HTTP, checks credentials by a
 * clock of its own, keeps uploads, and answers what its test has laid out.
 */
export class FaultyCoordinator {
  readonly #server: Server;
  readonly #scheme: string;
  readonly #faults: { readonly route: RegExp; readonly fault: Fault }[] = [];
  /** Of the server's clock to that of the machine. */
  clockOffsetMs = 0;
  readonly received: Received[] = [];
  readonly blobs = new Map<string, Uint8Array>();
  readonly uploads = new Map<string, Buffer<ArrayBuffer>>();
  readonly assignments: Assignment[] = [];
  run: RunForDevices | undefined;
  /** Asked for an assignment; nothing, where none is laid out. */
  nextAssignment = (): Assignment | undefined => this.assignments.shift();
  /** Asked for every update: a code refuses it; `lost` takes it, and the answer does not arrive. */
  takeUpdate = (_report: unknown): 'accepted' | 'lost' | ProblemCode => 'accepted';
  /** Asked at every heart-beat. */
  isAssigned = (): boolean => true;
  key: PublicKey | undefined;

  /** @param tls key and certificate of 127.0.0.1; plain HTTP without */
  constructor(tls?: { readonly key: string; readonly cert: string }) {
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      void this.#handle(request, response);
    this.#scheme = tls ? 'https' : 'http';
    this.#server = tls ? createTlsServer(tls, handle) : createServer(handle);
  }

  /** Its address. */
  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  start(port = 0): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** The next requests whose `METHOD path` matches fail, one with each fault. */
  breakDown(route: RegExp, ...faults: readonly Fault[]): void {
    for (const fault of faults) this.#faults.push({ route, fault });
  }

  /** Puts a blob on offer. */
  offer(bytes: Uint8Array): { readonly sha256: string; readonly bytes: number } {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.blobs.set(sha256, bytes);
    return { sha256, bytes: bytes.byteLength };
  }

  /** Requests whose `METHOD path` matches, in order. */
  requests(route: RegExp): readonly Received[] {
    return this.received.filter(({ method, path }) => route.test(`${method} ${path}`));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const fault = this.#takeFault(`${method} ${path}`);
    if (fault?.kind === 'cut') {
      request.socket.destroy();
      return;
    }
    let content = await buffer(request);
    const isJson = headers['content-type'] === 'application/json';
    const body: unknown = isJson ? JSON.parse(content.toString()) : undefined;
    const range = headers.range;
    const offset = headers[OFFSET_HEADER.toLowerCase()]?.toString();
    this.received.push({ method, path, range, offset, body });
    if (fault?.kind === 'foreign')
      return send(response, { ...fault, body: fault.body ?? '<html>busy</html>' });
    if (fault?.kind === 'refuse') {
      const { code, retryAfter } = fault;
      return send(
        response,
        this.#refuse(code, retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
      );
    }
    if (method === 'PATCH' && fault?.kind === 'cut-after') content = content.subarray(0, fault.bytes);
    const wanted = { method, path, isJson, content, body, range, offset, headers };
    const answer = (await this.#checkCredential(wanted)) ?? this.#answer(wanted, fault);
    if (fault?.kind === 'cut-answer' || (method === 'PATCH' && fault?.kind === 'cut-after')) {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'cut-after' && answer.body !== undefined) {
      const whole = Buffer.from(answer.body);
      response.writeHead(answer.status, { ...answer.headers, 'Content-Length': whole.byteLength });
      response.write(whole.subarray(0, fault.bytes), () => request.socket.destroy());
      return;
    }
    send(response, answer);
  }

  #takeFault(request: string): Fault | undefined {
    const place = this.#faults.findIndex(({ route }) => route.test(request));
    return place < 0 ? undefined : this.#faults.splice(place, 1)[0]?.fault;
  }

  #refuse(code: ProblemCode, headers: Record<string, string> = {}, details: object = {}): Answer {
    const serverTime = Date.now() + this.clockOffsetMs;
    const body = JSON.stringify({ code, message: `Refused: ${code}.`, serverTime, ...details });
    return { status: problemStatus[code], headers, body };
  }

  async #checkCredential({
    method,
    path,
    isJson,
    content,
    body,
    headers,
  }: Wanted): Promise<Answer | undefined> {
    if (path === '/v1') return undefined;
    const credential = (headers.authorization ?? '').replace(/^Bearer /, '');
    if (path === '/v1/devices') this.key = enrolmentSchema.parse(body).publicKey;
    if (this.key === undefined) return this.#refuse('device-unknown');
    const now = Date.now() + this.clockOffsetMs;
    const bodyHash = isJson ? createHash('sha256').update(content).digest('hex') : undefined;
    try {
      const isEnrolment = path === '/v1/devices';
      if ((claimedDevice(credential) === undefined) !== isEnrolment)
        return this.#refuse('credential-invalid');
      await verifyRequest(credential, await importPublicKey(this.key), { method, path, bodyHash, now });
      return undefined;
    } catch (error) {
      if (error instanceof CredentialError) return this.#refuse(error.code);
      throw error;
    }
  }

  #answer(wanted: Wanted, fault: Fault | undefined): Answer {
    const { method, path } = wanted;
    const [, , name = '', id = ''] = path.split('?')[0]?.split('/') ?? [];
    const ok = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) });
    switch (`${method} ${name}`) {
      case 'GET ':
        return ok({ name: 'legend', versions: [1], serverTime: Date.now() + this.clockOffsetMs });
      case 'POST devices':
        return { ...ok({ device: 'device-1', run: 'run-1' }), status: 201 };
      case 'GET runs':
        return this.run ? ok(this.run) : this.#refuse('run-unknown');
      case 'GET assignment': {
        const next = this.nextAssignment();
        return next ? ok(next) : { status: 204 };
      }
      case 'GET blobs':
        return this.#sendBlob(id, wanted.range, fault);
      case 'GET uploads':
        return ok(this.#uploadState(id, this.uploads.get(id)?.byteLength ?? 0, Number.POSITIVE_INFINITY));
      case 'PATCH uploads':
        return this.#takeUpload(id, wanted, fault);
      case 'POST updates': {
        const answer = this.takeUpdate(wanted.body);
        if (answer === 'accepted' || answer === 'lost') {
          return { ...ok({ status: 'accepted' }), isLost: answer === 'lost' };
        }
        return this.#refuse(answer);
      }
      case 'POST scores':
        return ok({ status: 'accepted' });
      case 'POST heartbeat':
        return ok({ assigned: this.isAssigned() });
      case 'POST capacity':
      case 'POST leave':
        return ok({});
      default:
        return this.#refuse('not-found');
    }
  }

  #sendBlob(sha256: string, range: string | undefined, fault: Fault | undefined): Answer {
    const blob = this.blobs.get(sha256);
    if (!blob) return this.#refuse('not-found');
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const from = fault?.kind === 'wrong-range' ? start + 1 : start;
    let content: Uint8Array = Buffer.from(blob.subarray(from));
    if (fault?.kind === 'corrupt') content[0] = (content[0] ?? 0) ^ 1;
    if (fault?.kind === 'too-long') content = Buffer.concat([content, content]);
    const contentRange = `bytes ${from}-${blob.byteLength - 1}/${blob.byteLength}`;
    if (range === undefined) return { status: 200, body: content };
    return { status: 206, headers: { 'Content-Range': contentRange }, body: content };
  }

  #takeUpload(sha256: string, { content, offset, headers }: Wanted, fault: Fault | undefined): Answer {
    const held = this.uploads.get(sha256) ?? Buffer.alloc(0);
    if (Number(offset) !== held.byteLength) {
      return this.#refuse('upload-offset', {}, { offset: held.byteLength });
    }
    const part = Buffer.from(content);
    if (fault?.kind === 'corrupt') part[0] = (part[0] ?? 0) ^ 1;
    const whole = Buffer.concat([held, part]);
    this.uploads.set(sha256, whole);
    const length = Number(headers[LENGTH_HEADER.toLowerCase()]);
    const state = this.#uploadState(sha256, whole.byteLength, length);
    if (whole.byteLength === length && !state.complete) {
      this.uploads.delete(sha256);
      return this.#refuse('upload-corrupt');
    }
    return { status: 200, body: JSON.stringify(state) };
  }

  #uploadState(sha256: string, offset: number, length: number) {
    const held = this.uploads.get(sha256) ?? Buffer.alloc(0);
    const isWhole =
      offset > 0 && offset <= length && createHash('sha256').update(held).digest('hex') === sha256;
    return { offset, complete: isWhole };
  }
}

interface Wanted {
  readonly method: string;
  readonly path: string;
  readonly isJson: boolean;
  readonly content: Buffer;
  readonly body: unknown;
  readonly range: string | undefined;
  readonly offset: string | undefined;
  readonly headers: IncomingMessage['headers'];
}

function send(response: ServerResponse, { status, headers, body, isLost }: Answer): void {
  if (isLost) {
    response.socket?.destroy();
    return;
  }
  response.writeHead(status, headers);
  response.end(body);
}
