import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Assignment,
  createdTokenSchema,
  DeviceView,
  LiveEvent,
  PublicKey,
  RoundView,
  RunForDevices,
  RunView,
  TokenView,
} from '@legend-fl/protocol';
import type { z } from 'zod';
import { Refusal } from '../refusals/refusal.ts';
import type { Coordinator, CoordinatorFigures, OfferedBlob } from '../services/coordinator.ts';

/**
 * A coordinator that only notes what it is asked and gives fixed answers: what stands behind HTTP in the tests of
 * HTTP. The real one is tested on its own and, behind this server, from end to end.
 */
export interface RecordingCoordinator extends Coordinator {
  /** Name and arguments of every call, in order; of an upload its bytes. */
  readonly calls: (readonly unknown[])[];
  /** Devices by id: those that it knows. */
  readonly known: Map<string, { readonly key: PublicKey; revoked: boolean }>;
  /** What the next call of any method throws. */
  failure: unknown;
  offerBlob(bytes: Uint8Array): Promise<string>;
  /** Ends the wait of a device. */
  assign(device: string, assignment: Assignment): boolean;
  emit(event: LiveEvent): void;
  readonly listeners: Set<(event: LiveEvent) => void>;
  /** Devices that wait for an assignment. */
  readonly waiting: Map<string, (assignment: Assignment | null) => void>;
}

export function makeRecordingCoordinator(folder: string): RecordingCoordinator {
  const calls: (readonly unknown[])[] = [];
  const known: RecordingCoordinator['known'] = new Map();
  const blobs = new Map<string, OfferedBlob>();
  const waiting: RecordingCoordinator['waiting'] = new Map();
  const listeners: RecordingCoordinator['listeners'] = new Set();
  const note = async <T>(call: readonly unknown[], answer: T): Promise<T> => {
    calls.push(call);
    if (coordinator.failure !== undefined) throw coordinator.failure;
    return answer;
  };
  const coordinator: RecordingCoordinator = {
    calls,
    known,
    failure: undefined,
    waiting,
    listeners,
    async offerBlob(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const path = join(folder, sha256);
      await writeFile(path, bytes);
      blobs.set(sha256, { path, bytes: bytes.length });
      return sha256;
    },
    assign(device, assignment) {
      const give = waiting.get(device);
      give?.(assignment);
      return give !== undefined;
    },
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    get figures() {
      return { ...figures, updatesAccepted: figures.updatesAccepted + calls.length };
    },
    checkHealth: () => note(['checkHealth'], undefined),
    stop: async () => undefined,
    forDevices: {
      enrol: (enrolment) => note(['enrol', enrolment], { device: 'device-1', run: 'run-1' }),
      async keyOf(device) {
        const found = known.get(device);
        if (found === undefined) throw new Refusal('device-unknown', 'No such device.');
        if (found.revoked) throw new Refusal('device-revoked', 'The device is revoked.');
        return found.key;
      },
      describeRun: (device, run) => note(['describeRun', device, run], runForDevices),
      reportCapacity: (device, report) => note(['reportCapacity', device, report], undefined),
      async nextAssignment(device, waitMs, signal) {
        await note(['nextAssignment', device, waitMs], undefined);
        const { promise, resolve } = Promise.withResolvers<Assignment | null>();
        waiting.set(device, resolve);
        const timer = setTimeout(() => resolve(null), waitMs);
        signal.addEventListener('abort', () => resolve(null));
        if (signal.aborted) resolve(null);
        const assignment = await promise;
        clearTimeout(timer);
        if (waiting.get(device) === resolve) waiting.delete(device);
        return assignment;
      },
      async findBlob(device, sha256) {
        await note(['findBlob', device, sha256], undefined);
        const blob = blobs.get(sha256);
        if (blob === undefined) throw new Refusal('not-found', 'No such blob.');
        return blob;
      },
      uploadState: (device, sha256) => note(['uploadState', device, sha256], { offset: 0, complete: false }),
      async appendUpload(device, { sha256, offset, length, body }) {
        let bytes = 0;
        for await (const part of body) bytes += (part as Buffer).length;
        return note(['appendUpload', device, { sha256, offset, length, bytes }], {
          offset: offset + bytes,
          complete: offset + bytes === length,
        });
      },
      submitUpdate: (device, report) => note(['submitUpdate', device, report], { status: 'accepted' }),
      submitScore: (device, report) => note(['submitScore', device, report], { status: 'accepted' }),
      heartbeat: (device, beat) => note(['heartbeat', device, beat], { assigned: true }),
      leave: (device, run, reason) => note(['leave', device, run, reason], undefined),
    },
    forOperators: {
      listRuns: () => [runView],
      createRun: (settings) => note(['createRun', settings], runView),
      stopRun: (run) => note(['stopRun', run], runView),
      listRounds: (run) => note(['listRounds', run], [roundView]),
      roundRecords: (run) => note(['roundRecords', run], [{ round: 1 }, { round: 2 }]),
      adapterFile: (run, file) => note(['adapterFile', run, file], Uint8Array.of(1, 2, 3)),
      report: (run) => note(['report', run], '<!doctype html><title>Report</title>'),
      listTokens: () => note(['listTokens'], [tokenView]),
      createToken: (token) => note(['createToken', token], createdToken),
      revokeToken: (token) => note(['revokeToken', token], undefined),
      listDevices: () => [deviceView],
      revokeDevice: (device) => note(['revokeDevice', device], undefined),
      setQuarantine: (device, quarantined) => note(['setQuarantine', device, quarantined], undefined),
      subscribe(listener) {
        listeners.add(listener);
        listener({ type: 'runs', runs: [runView] });
        return () => listeners.delete(listener);
      },
    },
  };
  return coordinator;
}

const figures: CoordinatorFigures = {
  devicesPresent: 3,
  runsUnderWay: 1,
  updatesAccepted: 12,
  updatesRejected: 2,
  bytesReceived: 1000,
  bytesSent: 2000,
  roundsFinished: 4,
  pollsWaiting: 1,
};

export const runView: RunView = {
  id: 'run-1',
  name: 'Run',
  strategy: 'legend',
  model: 'tiny',
  blocks: 3,
  status: 'running',
  phase: 'collecting',
  about: '',
  warning: '',
  round: 1,
  attempt: 1,
  rounds: 10,
  targetAccuracy: null,
  accuracy: 0.5,
  loss: 1,
  devices: { enrolled: 3, present: 3, assigned: 3, updated: 1, dropped: 0 },
  rankDistribution: [2, 4, 6],
  bytesUp: 100,
  bytesDown: 200,
  createdAt: 1,
  assignedAt: 2,
  deadlineAt: 3,
};

const roundView: RoundView = {
  run: 'run-1',
  round: 1,
  finishedAt: 5,
  seconds: 3,
  roundSeconds: 3,
  waitingSeconds: 1,
  accuracy: 0.5,
  loss: 1,
  bytesUp: 100,
  bytesDown: 200,
  depths: [1, 1, 1],
  updated: 3,
  dropped: 0,
  clipped: 0,
};

const deviceView: DeviceView = {
  id: 'device-1',
  run: 'run-1',
  name: 'Laptop',
  runtime: { kind: 'node', about: 'cpu' },
  status: 'training',
  depth: 2,
  ranks: [4, 6],
  step: 1,
  steps: 5,
  loss: 1,
  plannedSeconds: 10,
  assignedAt: 2,
  examples: 100,
  updates: 0,
  refused: 0,
  clipped: 0,
  claimedSeconds: null,
  measuredSeconds: null,
  note: '',
  lastSeenAt: 4,
};

const tokenView: TokenView = {
  id: 'token-1',
  run: 'run-1',
  label: 'devices',
  usesLeft: 1,
  expiresAt: null,
  revoked: false,
  devices: 0,
};

const createdToken: z.output<typeof createdTokenSchema> = { ...tokenView, token: `lj_${'a'.repeat(32)}` };

const runForDevices: RunForDevices = {
  run: 'run-1',
  name: 'Run',
  status: 'running',
  strategy: 'legend',
  rounds: 10,
  classes: ['a', 'b'],
  base: {
    model: 'tiny',
    sha256: 'a'.repeat(64),
    blocks: 3,
    files: [{ name: 'config.json', bytes: 10, sha256: 'b'.repeat(64) }],
  },
  step: { batchSize: 8, maxLength: 64, targets: ['query'] },
  seed: 1,
};
