import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Refusal } from '../refusals/refusal.ts';
import type { Coordinator } from '../services/coordinator.ts';
import { abortWithClient } from './exchange.ts';
import type { HttpLimits } from './http-limits.ts';
import { receiveUpload } from './receive-upload.ts';
import type { RouteHandlers } from './route-handlers.ts';
import { sendBlob } from './send-blob.ts';

type DeviceRoute =
  | 'enrol'
  | 'run'
  | 'capacity'
  | 'assignment'
  | 'blob'
  | 'uploadState'
  | 'upload'
  | 'update'
  | 'score'
  | 'heartbeat'
  | 'leave';

export interface DeviceHandlerOptions {
  readonly coordinator: Coordinator;
  readonly limits: HttpLimits;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** What devices ask for, as the coordinator answers it. */
export function deviceHandlers({
  coordinator: { forDevices },
  limits,
  stopping,
}: DeviceHandlerOptions): Pick<RouteHandlers, DeviceRoute> {
  const polls = new Map<string, AbortController>();
  return {
    async enrol({ body, context }) {
      const enrolled = await forDevices.enrol(body, context.get('address'));
      context.set('device', enrolled.device);
      return enrolled;
    },
    run: ({ device, parameters }) => forDevices.describeRun(device, parameters.run),
    async capacity({ device, body }) {
      await forDevices.reportCapacity(device, body);
      return {};
    },
    async assignment({ device, query, outgoing }) {
      // The connection of an older poll may be dead without anybody knowing: it must not take the assignment.
      polls.get(device)?.abort();
      const newer = new AbortController();
      polls.set(device, newer);
      const signal = abortWithClient(outgoing, stopping, newer.signal);
      try {
        const assignment = await forDevices.nextAssignment(device, query.wait * 1000, signal);
        if (assignment === null && stopping.aborted) throw shuttingDown();
        return assignment;
      } finally {
        if (polls.get(device) === newer) polls.delete(device);
      }
    },
    async blob({ device, parameters: { sha256 }, incoming, outgoing }) {
      const blob = await forDevices.findBlob(device, sha256);
      await sendBlob(incoming, outgoing, { blob, sha256, idleMs: limits.idleMs });
      return RESPONSE_ALREADY_SENT;
    },
    uploadState: ({ device, parameters }) => forDevices.uploadState(device, parameters.sha256),
    upload: ({ device, parameters, incoming }) =>
      forDevices.appendUpload(device, receiveUpload(incoming, parameters.sha256, limits.idleMs)),
    update: ({ device, body }) => forDevices.submitUpdate(device, body),
    score: ({ device, body }) => forDevices.submitScore(device, body),
    heartbeat: ({ device, body }) => forDevices.heartbeat(device, body),
    async leave({ device, body }) {
      await forDevices.leave(device, body.run, body.reason);
      return {};
    },
  };
}

/** The answer to whoever comes while the server stops. */
export function shuttingDown(): Refusal {
  return new Refusal('shutting-down', 'The coordinator is stopping. Try again when it is back.');
}
