import type { RoundEvent, RoundState } from '@legend/method';
import type { PublicKey } from '../../protocol/enrolment.ts';
import type { LogEntry } from '../../protocol/operator.ts';

/**
 * What a coordinator must not lose. Every method that changes something has made it durable when its promise resolves:
 * it survives `kill -9` and a power cut. Times are milliseconds since 1970. Tensors lie in the blob folder, by their
 * hash. One process writes to a store at a time.
 */
export interface Store {
  readonly runs: RunStore;
  readonly devices: DeviceStore;
  readonly tokens: TokenStore;
  readonly secrets: SecretStore;
  /** Whether it can store at present; rejects where it cannot. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface RunStore {
  create(run: NewRun): Promise<void>;
  /** In order of creation. */
  list(): Promise<readonly StoredRun[]>;
  /** The newest snapshot, and what has happened since, in order. */
  loadProgress(run: string): Promise<RunProgress>;
  /**
   * Appends events to a run's log, in order. Calls that come while another is being written are written together, in
   * one transaction (group commit).
   */
  appendEvents(run: string, events: readonly StoredEvent[]): Promise<void>;
  /** Replaces the snapshot and removes the events that it covers, in one transaction; a finished round comes with it. */
  saveSnapshot(run: string, snapshot: RunSnapshot, finished?: StoredRound): Promise<void>;
  /** Finished rounds in order, from `after` (exclusive) on. */
  listRounds(run: string, after?: number): Promise<readonly StoredRound[]>;
  /** At most the last `count` entries, oldest first. */
  listLog(count: number): Promise<readonly LogEntry[]>;
  appendLog(entries: readonly LogEntry[]): Promise<void>;
}

export interface NewRun {
  readonly id: string;
  readonly createdAt: number;
  /** As checked by the run settings' schema; JSON. */
  readonly settings: unknown;
}

export interface StoredRun extends NewRun {
  /** Why a run cannot go on; null of one that can. */
  readonly failure: string | null;
}

export interface RunSnapshot {
  /** Events up to this one are in it. */
  readonly sequence: number;
  readonly state: RoundState;
  /** The global state's blob: `encodeGlobalState`. */
  readonly globalSha256: string;
  /** When the round under way was assigned; null outside of one. */
  readonly assignedAt: number | null;
  /** Why the run has failed; null of one that goes on. */
  readonly failure: string | null;
}

export interface StoredEvent {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly at: number;
  readonly event: RoundEvent;
  /** What comes with an event but does not decide the round, e.g. where a device's time went; JSON. */
  readonly details: unknown;
}

export interface RunProgress {
  readonly snapshot: RunSnapshot | null;
  readonly events: readonly StoredEvent[];
}

export interface StoredRound {
  readonly round: number;
  readonly finishedAt: number;
  /** A line of rounds.jsonl; JSON. */
  readonly record: unknown;
}

export interface DeviceStore {
  /**
   * Lets a device in and uses up one use of its token, both or neither. A key that is enrolled already keeps its
   * device and uses nothing.
   * @returns the device, or why the token lets nobody in
   */
  enrol(device: NewDevice, tokenHash: string, at: number): Promise<StoredDevice | TokenFault>;
  find(id: string): Promise<StoredDevice | undefined>;
  /** In order of enrolment. */
  list(run?: string): Promise<readonly StoredDevice[]>;
  revoke(id: string): Promise<boolean>;
}

export type TokenFault = 'token-invalid' | 'token-revoked' | 'token-used' | 'token-expired';

export interface NewDevice {
  readonly id: string;
  readonly name: string;
  readonly publicKey: PublicKey;
  readonly runtime: { readonly kind: 'node' | 'browser'; readonly about: string };
}

export interface StoredDevice extends NewDevice {
  readonly run: string;
  /** Counts enrolments of the whole store from 1: the order of devices in plans. */
  readonly place: number;
  readonly enrolledAt: number;
  readonly revoked: boolean;
}

export interface TokenStore {
  create(token: NewToken): Promise<void>;
  /** In order of creation. */
  list(): Promise<readonly StoredToken[]>;
  revoke(id: string): Promise<boolean>;
}

export interface NewToken {
  readonly id: string;
  /** SHA-256 of the token. */
  readonly hash: string;
  readonly run: string;
  readonly label: string;
  /** null: any number. */
  readonly usesLeft: number | null;
  readonly expiresAt: number | null;
  readonly createdAt: number;
}

export interface StoredToken extends NewToken {
  readonly revoked: boolean;
  /** Devices that it has let in. */
  readonly devices: number;
}

/** Hashes of operators' tokens, and keys that the coordinator makes once. */
export interface SecretStore {
  get(name: string): Promise<string | undefined>;
  /** Keeps the first value that a name is given; returns the one that counts. */
  keepFirst(name: string, value: string): Promise<string>;
  replace(name: string, value: string): Promise<void>;
}
