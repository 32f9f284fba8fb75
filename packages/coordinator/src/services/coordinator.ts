import type {
  Assignment,
  acceptedSchema,
  capacityReportSchema,
  createdTokenSchema,
  DeviceView,
  enrolledSchema,
  enrolmentSchema,
  Heartbeat,
  heartbeatAnswerSchema,
  LiveEvent,
  newTokenSchema,
  PublicKey,
  RoundView,
  RunForDevices,
  RunView,
  scoreReportSchema,
  TokenView,
  UpdateReport,
  uploadStateSchema,
} from '@legend-fl/protocol';
import type { z } from 'zod';
import type { UploadPart } from '../store/uploads.ts';

/**
 * What a coordinator does for those who call it, behind HTTP: credentials have been checked, bodies parsed. Every
 * refusal is a `Refusal` with a code of the protocol.
 */
export interface Coordinator {
  readonly forDevices: DeviceService;
  readonly forOperators: OperatorService;
  /** Rejects where it cannot store what comes in. */
  checkHealth(): Promise<void>;
  /** Figures for Prometheus. */
  readonly figures: CoordinatorFigures;
  /** Lets no more in, finishes what is being stored, leaves every run so that the next start goes on with it. */
  stop(): Promise<void>;
}

/** `device` is the id of the device that calls. */
export interface DeviceService {
  /** @param address that it comes from, where that is known */
  enrol(
    enrolment: z.output<typeof enrolmentSchema>,
    address?: string,
  ): Promise<z.output<typeof enrolledSchema>>;
  /** The key that its requests are signed with. Throws Refusal `device-unknown`, `device-revoked`. */
  keyOf(device: string): Promise<PublicKey>;
  describeRun(device: string, run: string): Promise<RunForDevices>;
  reportCapacity(device: string, report: z.output<typeof capacityReportSchema>): Promise<void>;
  /** Waits until there is one, `waitMs` are over or `signal` aborts; null then. */
  nextAssignment(device: string, waitMs: number, signal: AbortSignal): Promise<Assignment | null>;
  /** A file that may be fetched: of a base model, or an adapter of the device's run. */
  findBlob(device: string, sha256: string): Promise<OfferedBlob>;
  uploadState(device: string, sha256: string): Promise<z.output<typeof uploadStateSchema>>;
  appendUpload(device: string, upload: UploadPart): Promise<z.output<typeof uploadStateSchema>>;
  /** Durable, and counted once, when this resolves. */
  submitUpdate(device: string, report: UpdateReport): Promise<z.output<typeof acceptedSchema>>;
  submitScore(
    device: string,
    report: z.output<typeof scoreReportSchema>,
  ): Promise<z.output<typeof acceptedSchema>>;
  heartbeat(device: string, beat: Heartbeat): Promise<z.output<typeof heartbeatAnswerSchema>>;
  leave(device: string, run: string, reason: string): Promise<void>;
}

export interface OfferedBlob {
  readonly path: string;
  readonly bytes: number;
}

export interface OperatorService {
  listRuns(): readonly RunView[];
  /** @param settings as a run file has them; throws InputError */
  createRun(settings: unknown): Promise<RunView>;
  stopRun(run: string): Promise<RunView>;
  listRounds(run: string): Promise<readonly RoundView[]>;
  /** Lines of rounds.jsonl. */
  roundRecords(run: string): Promise<readonly unknown[]>;
  /** A file of the global adapter in PEFT format. */
  adapterFile(run: string, file: 'adapter_config.json' | 'adapter_model.safetensors'): Promise<Uint8Array>;
  /** One HTML file. */
  report(run: string): Promise<string>;
  listTokens(): Promise<readonly TokenView[]>;
  createToken(token: z.output<typeof newTokenSchema>): Promise<z.output<typeof createdTokenSchema>>;
  revokeToken(token: string): Promise<void>;
  listDevices(): readonly DeviceView[];
  setQuarantine(device: string, quarantined: boolean): Promise<void>;
  revokeDevice(device: string): Promise<void>;
  /** First everything there is, then what changes, at most twice a second. Returns how to end it. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
}

export interface CoordinatorFigures {
  readonly devicesPresent: number;
  readonly runsUnderWay: number;
  readonly updatesAccepted: number;
  readonly updatesRejected: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly roundsFinished: number;
  readonly pollsWaiting: number;
}
