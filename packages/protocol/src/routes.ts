import { z } from 'zod';
import { assignmentSchema } from './assignment.ts';
import { capacityReportSchema, enrolledSchema, enrolmentSchema, runForDevicesSchema } from './enrolment.ts';
import { contentHash, identifier } from './names.ts';
import {
  createdTokenSchema,
  deviceChangeSchema,
  deviceViewSchema,
  newTokenSchema,
  roundViewSchema,
  runChangeSchema,
  runViewSchema,
  signInSchema,
  tokenViewSchema,
} from './operator.ts';
import {
  acceptedSchema,
  heartbeatAnswerSchema,
  heartbeatSchema,
  leaveSchema,
  scoreReportSchema,
  updateSchema,
  uploadStateSchema,
} from './update.ts';

/** Who may call: anybody, whoever holds the key that the body brings, a device, an operator. */
export type Access = 'anybody' | 'key' | 'device' | 'operator';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With parameters in braces, as OpenAPI has them. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly parameters?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** JSON, or `bytes` for a body that is streamed. */
  readonly body?: z.ZodType | 'bytes';
  /** JSON, or the media type of another answer. */
  readonly answer: z.ZodType | { readonly mediaType: string };
  readonly status?: number;
}

const nothing = z.object({});
const run = z.object({ run: identifier });
const hash = z.object({ sha256: contentHash });
const bytes = { mediaType: 'application/octet-stream' } as const;

export const statusSchema = z.object({
  name: z.literal('legend'),
  /** Protocol versions that are spoken. */
  versions: z.array(z.int()),
  serverTime: z.number(),
});

/** Every request that a coordinator answers. The server, the client and the OpenAPI document are made from it. */
export const routes = {
  status: {
    method: 'GET',
    path: '/v1',
    access: 'anybody',
    summary: 'Protocol versions, and the clock that credentials are measured with.',
    answer: statusSchema,
  },
  enrol: {
    method: 'POST',
    path: '/v1/devices',
    access: 'key',
    summary: 'Enrol a device with a join token. The same key again gets the same id.',
    body: enrolmentSchema,
    answer: enrolledSchema,
    status: 201,
  },
  run: {
    method: 'GET',
    path: '/v1/runs/{run}',
    access: 'device',
    summary: 'What a device has to know of its run: classes, base model, shape of a step.',
    parameters: run,
    answer: runForDevicesSchema,
  },
  capacity: {
    method: 'POST',
    path: '/v1/capacity',
    access: 'device',
    summary: 'Report the capacity measured outside a round; a device takes part once it has.',
    body: capacityReportSchema,
    answer: nothing,
  },
  assignment: {
    method: 'GET',
    path: '/v1/assignment',
    access: 'device',
    summary: 'The next assignment; waits for it. 204: none came up, ask again.',
    query: z.object({
      /** Seconds to wait. */
      wait: z.coerce.number().min(0).max(60).default(25),
    }),
    answer: assignmentSchema,
  },
  blob: {
    method: 'GET',
    path: '/v1/blobs/{sha256}',
    access: 'device',
    summary: 'An adapter or a file of the base model, by its hash: immutable, in ranges.',
    parameters: hash,
    answer: bytes,
  },
  uploadState: {
    method: 'GET',
    path: '/v1/uploads/{sha256}',
    access: 'device',
    summary: 'How much of an upload has arrived.',
    parameters: hash,
    answer: uploadStateSchema,
  },
  upload: {
    method: 'PATCH',
    path: '/v1/uploads/{sha256}',
    access: 'device',
    summary:
      'Append to an upload, from the offset in Upload-Offset; Upload-Length is the length of the whole.',
    parameters: hash,
    body: 'bytes',
    answer: uploadStateSchema,
  },
  update: {
    method: 'POST',
    path: '/v1/updates',
    access: 'device',
    summary: 'Hand in an upload as the update of a round. Again with the same content: accepted once.',
    body: updateSchema,
    answer: acceptedSchema,
  },
  score: {
    method: 'POST',
    path: '/v1/scores',
    access: 'device',
    summary: 'Hand in the score of the global adapter on own held-out examples.',
    body: scoreReportSchema,
    answer: acceptedSchema,
  },
  heartbeat: {
    method: 'POST',
    path: '/v1/heartbeat',
    access: 'device',
    summary: 'Sign of life with progress; tells whether the assignment still counts.',
    body: heartbeatSchema,
    answer: heartbeatAnswerSchema,
  },
  name: {
    method: 'POST',
    path: '/v1/name',
    access: 'device',
    summary:
      'Tell what the device is called. A name that it has told before does not undo one that an operator gave it since.',
    body: deviceChangeSchema,
    answer: nothing,
  },
  leave: {
    method: 'POST',
    path: '/v1/leave',
    access: 'device',
    summary:
      'Leave the run; what is assigned is dropped at once. An assignment asked for later brings it back.',
    body: leaveSchema,
    answer: nothing,
  },
  signIn: {
    method: 'POST',
    path: '/v1/operator/sessions',
    access: 'anybody',
    summary: 'Exchange the operator’s token for a session cookie.',
    body: signInSchema,
    answer: nothing,
    status: 201,
  },
  signOut: {
    method: 'DELETE',
    path: '/v1/operator/sessions',
    access: 'operator',
    summary: 'End the session.',
    answer: nothing,
  },
  events: {
    method: 'GET',
    path: '/v1/operator/events',
    access: 'operator',
    summary: 'Server-sent events: all there is, then what changes.',
    answer: { mediaType: 'text/event-stream' },
  },
  listRuns: {
    method: 'GET',
    path: '/v1/operator/runs',
    access: 'operator',
    summary: 'All runs.',
    answer: z.array(runViewSchema),
  },
  createRun: {
    method: 'POST',
    path: '/v1/operator/runs',
    access: 'operator',
    summary: 'Start another run, with settings as a run file has them.',
    body: z.record(z.string(), z.unknown()),
    answer: runViewSchema,
    status: 201,
  },
  changeRun: {
    method: 'PATCH',
    path: '/v1/operator/runs/{run}',
    access: 'operator',
    summary: 'Rename, pause or resume a run.',
    parameters: run,
    body: runChangeSchema,
    answer: runViewSchema,
  },
  runSettings: {
    method: 'GET',
    path: '/v1/operator/runs/{run}/settings',
    access: 'operator',
    summary: 'The settings of a run that differ from the defaults, as a run file has them.',
    parameters: run,
    answer: z.record(z.string(), z.unknown()),
  },
  editRun: {
    method: 'POST',
    path: '/v1/operator/runs/{run}/settings',
    access: 'operator',
    summary: 'Replace the settings of a run that has not begun.',
    parameters: run,
    body: z.record(z.string(), z.unknown()),
    answer: runViewSchema,
  },
  stopRun: {
    method: 'POST',
    path: '/v1/operator/runs/{run}/stop',
    access: 'operator',
    summary: 'End a run for good; its adapter stays.',
    parameters: run,
    answer: runViewSchema,
  },
  listRounds: {
    method: 'GET',
    path: '/v1/operator/runs/{run}/rounds',
    access: 'operator',
    summary: 'The finished rounds, in short.',
    parameters: run,
    answer: z.array(roundViewSchema),
  },
  roundRecords: {
    method: 'GET',
    path: '/v1/operator/runs/{run}/rounds.jsonl',
    access: 'operator',
    summary: 'The finished rounds, as lines of a run folder’s rounds.jsonl.',
    parameters: run,
    answer: { mediaType: 'application/jsonl' },
  },
  adapterFile: {
    method: 'GET',
    path: '/v1/operator/runs/{run}/adapter/{file}',
    access: 'operator',
    summary: 'A file of the present global adapter, in PEFT format.',
    parameters: run.extend({ file: z.enum(['adapter_config.json', 'adapter_model.safetensors']) }),
    answer: bytes,
  },
  adapterArchive: {
    method: 'GET',
    path: '/v1/operator/runs/{run}/adapter.zip',
    access: 'operator',
    summary: 'The present global adapter as one archive: a folder that PEFT loads.',
    parameters: run,
    answer: { mediaType: 'application/zip' },
  },
  report: {
    method: 'GET',
    path: '/v1/operator/runs/{run}/report',
    access: 'operator',
    summary: 'The report of the rounds so far, one HTML file.',
    parameters: run,
    answer: { mediaType: 'text/html' },
  },
  listTokens: {
    method: 'GET',
    path: '/v1/operator/tokens',
    access: 'operator',
    summary: 'Join tokens, without what they say.',
    answer: z.array(tokenViewSchema),
  },
  createToken: {
    method: 'POST',
    path: '/v1/operator/tokens',
    access: 'operator',
    summary: 'Make a join token.',
    body: newTokenSchema,
    answer: createdTokenSchema,
    status: 201,
  },
  revokeToken: {
    method: 'DELETE',
    path: '/v1/operator/tokens/{token}',
    access: 'operator',
    summary: 'Revoke a join token; devices that it let in stay.',
    parameters: z.object({ token: identifier }),
    answer: nothing,
  },
  listDevices: {
    method: 'GET',
    path: '/v1/operator/devices',
    access: 'operator',
    summary: 'Devices of all runs.',
    answer: z.array(deviceViewSchema),
  },
  revokeDevice: {
    method: 'DELETE',
    path: '/v1/operator/devices/{device}',
    access: 'operator',
    summary: 'Revoke a device: nothing that it sends counts any more.',
    parameters: z.object({ device: identifier }),
    answer: nothing,
  },
  changeDevice: {
    method: 'PATCH',
    path: '/v1/operator/devices/{device}',
    access: 'operator',
    summary: 'Rename a device.',
    parameters: z.object({ device: identifier }),
    body: deviceChangeSchema,
    answer: nothing,
  },
  quarantineDevice: {
    method: 'POST',
    path: '/v1/operator/devices/{device}/quarantine',
    access: 'operator',
    summary: 'Set a device aside: it stays enrolled and gets no work until it is released.',
    parameters: z.object({ device: identifier }),
    answer: nothing,
  },
  releaseDevice: {
    method: 'DELETE',
    path: '/v1/operator/devices/{device}/quarantine',
    access: 'operator',
    summary: 'Give a device that was set aside work again.',
    parameters: z.object({ device: identifier }),
    answer: nothing,
  },
  openApi: {
    method: 'GET',
    path: '/v1/openapi.json',
    access: 'anybody',
    summary: 'This interface as an OpenAPI 3.1 document.',
    answer: { mediaType: 'application/json' },
  },
  health: {
    method: 'GET',
    path: '/healthz',
    access: 'anybody',
    summary: '200 while the coordinator can store what comes in, else 503.',
    answer: z.object({ status: z.enum(['ok', 'failing']) }),
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    access: 'operator',
    summary: 'Figures for Prometheus. The operator’s token as a bearer token.',
    answer: { mediaType: 'text/plain' },
  },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof routes;
