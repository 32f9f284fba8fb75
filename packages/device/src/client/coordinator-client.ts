import type {
  Assignment,
  acceptedSchema,
  capacityReportSchema,
  enrolledSchema,
  enrolmentSchema,
  Heartbeat,
  heartbeatAnswerSchema,
  leaveSchema,
  RunForDevices,
  scoreReportSchema,
  UpdateReport,
} from '@legend-fl/protocol';
import { publicKeyOf, type Route, routes, type statusSchema } from '@legend-fl/protocol';
import type { z } from 'zod';
import type { BlobSink } from './blob-sink.ts';
import { downloadBlob, type OfferedBlob, type Transfer, type TransferOptions } from './download-blob.ts';
import { fillPath } from './fill-path.ts';
import { readJson } from './read-json.ts';
import { type CallOptions, type ConnectionStatus, Transport, type TransportParts } from './transport.ts';
import { uploadBlob } from './upload-blob.ts';

export interface ClientOptions extends TransportParts {
  /** Its id, once it is enrolled. */
  readonly device?: string | undefined;
}

type Accepted = z.output<typeof acceptedSchema>;

/**
 * A coordinator, as a device sees it: a method for each of its routes. What may get through later is sent again until the
 * signal aborts, as every request of the protocol may be sent twice.
 *
 * Methods throw ProtocolError where the coordinator refuses, ConnectionError for answers that are not one's (with
 * `retry: false` also for none), and the signal's reason.
 */
export interface CoordinatorClient {
  readonly url: string;
  /** The device's id; undefined before it has enrolled. */
  readonly device: string | undefined;
  /** Tells when requests no longer get through, and when they do again. Returns how to end it. */
  watch(listener: (status: ConnectionStatus) => void): () => void;
  status(options: CallOptions): Promise<z.output<typeof statusSchema>>;
  /** Afterwards requests are made in the name of the device. The same key again gets the same id. */
  enrol(
    enrolment: Omit<z.input<typeof enrolmentSchema>, 'publicKey'>,
    options: CallOptions,
  ): Promise<z.output<typeof enrolledSchema>>;
  describeRun(run: string, options: CallOptions): Promise<RunForDevices>;
  reportCapacity(report: z.input<typeof capacityReportSchema>, options: CallOptions): Promise<void>;
  /** Waits for it; null where none came up within `waitSeconds`. */
  nextAssignment(waitSeconds: number, options: CallOptions): Promise<Assignment | null>;
  /** Throws ConnectionError `blob-damaged` too. */
  download(blob: OfferedBlob, sink: BlobSink, options: TransferOptions): Promise<Transfer>;
  /**
   * Throws ConnectionError `blob-damaged` too.
   * @param sha256 of `content`
   */
  upload(content: Uint8Array<ArrayBuffer>, sha256: string, options: TransferOptions): Promise<Transfer>;
  submitUpdate(report: UpdateReport, options: CallOptions): Promise<Accepted>;
  submitScore(report: z.input<typeof scoreReportSchema>, options: CallOptions): Promise<Accepted>;
  heartbeat(beat: Heartbeat, options: CallOptions): Promise<z.output<typeof heartbeatAnswerSchema>>;
  /** What the device is called; coordinators of earlier versions refuse it (`not-found`). */
  tellName(name: string, options: CallOptions): Promise<void>;
  leave(leaving: z.input<typeof leaveSchema>, options: CallOptions): Promise<void>;
}

/** Milliseconds without an answer after which a request counts as lost. */
const TIMEOUT_MS = 30_000;

/**
 * A client of the coordinator at an address.
 *
 * ```ts
 * const client = connect({ url: 'https://host:8443', key, fetch, now: Date.now, random: secureRandom, sleep });
 * await client.enrol({ token, name: 'desk', runtime: { kind: 'node', about: 'cpu' } }, { signal });
 * ```
 */
export function connect({ device, ...parts }: ClientOptions): CoordinatorClient {
  const transport = new Transport({ ...parts, url: parts.url.replace(/\/+$/, '') }, device);

  const call = <Schema extends z.ZodType>(
    route: Route & { readonly answer: Schema },
    content: CallContent,
    options: CallOptions,
  ): Promise<z.output<Schema>> =>
    transport.send({ ...outgoing(route, content), read: readJson(route.answer) }, options);

  return {
    url: transport.url,
    get device() {
      return transport.device;
    },
    watch: (listener) => transport.watch(listener),
    status: (options) => call(routes.status, {}, options),
    enrol: async (enrolment, options) => {
      const body = { ...enrolment, publicKey: await publicKeyOf(parts.key) };
      const enrolled = await call(routes.enrol, { body }, options);
      transport.device = enrolled.device;
      return enrolled;
    },
    describeRun: (run, options) => call(routes.run, { parameters: { run } }, options),
    reportCapacity: async (body, options) => {
      await call(routes.capacity, { body }, options);
    },
    nextAssignment: (waitSeconds, options) => {
      const content = { query: { wait: String(waitSeconds) }, extraMs: 1000 * waitSeconds };
      const readAssignment = readJson(routes.assignment.answer);
      return transport.send(
        {
          ...outgoing(routes.assignment, content),
          read: async (response) => (response.status === 204 ? null : readAssignment(response)),
        },
        options,
      );
    },
    download: (blob, sink, options) => downloadBlob(transport, blob, sink, options),
    upload: (content, sha256, options) => uploadBlob(transport, content, sha256, options),
    submitUpdate: (body, options) => call(routes.update, { body }, options),
    submitScore: (body, options) => call(routes.score, { body }, options),
    heartbeat: (body, options) => call(routes.heartbeat, { body }, options),
    tellName: async (name, options) => {
      await call(routes.name, { body: { name } }, options);
    },
    leave: async (body, options) => {
      await call(routes.leave, { body }, options);
    },
  };
}

interface CallContent {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Milliseconds that the coordinator takes on purpose. */
  readonly extraMs?: number;
}

function outgoing({ method, path, access }: Route, { parameters, query, body, extraMs = 0 }: CallContent) {
  return {
    method,
    path: fillPath(path, parameters, query),
    access,
    body: body === undefined ? undefined : JSON.stringify(body),
    timeoutMs: TIMEOUT_MS + extraMs,
  };
}
