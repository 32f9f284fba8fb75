import type { RoundEvent, RoundState } from '@legend-fl/method';
import type { LogEntry, PublicKey } from '@legend-fl/protocol';

/**
 * What a coordinator must not lose. Every method that changes something has made it durable when its promise resolves:
 * it survives `kill -9` and a power cut. Where it rejects, nothing has changed. Times are milliseconds since 1970.
 * Tensors lie in the blob folder, by their hash. One process has a store at a time.
 *
 * All changes are carried out in the order in which they were asked for, whatever they are of. Those that are asked
 * for while others are being written go together into one transaction (group commit). What cannot be done, e.g. a
 * second run of the same id, rejects alone; a transaction that fails, e.g. on a full disk (WriteError), rejects all
 * that is in it.
 *
 * Values pass through JSON: numbers that are not finite come back as null. A NUL in a text comes back as U+FFFD.
 */
export interface Store {
  readonly runs: RunStore;
  readonly devices: DeviceStore;
  readonly tokens: TokenStore;
  readonly secrets: SecretStore;
  /** Whether it can store at present; rejects where it cannot, without trying for long. */
  check(): Promise<void>;
  /** Finishes what has been asked for. */
  close(): Promise<void>;
}

export interface RunStore {
  /** Rejects where there is a run of this id. */
  create(run: NewRun): Promise<void>;
  /** In order of creation. */
  list(): Promise<readonly StoredRun[]>;
  /** Changes what it names, and leaves the rest. @returns whether there is such a run */
  change(run: string, change: RunChanges): Promise<boolean>;
  /** The newest snapshot, and what has happened since, in order. */
  loadProgress(run: string): Promise<RunProgress>;
  /** Appends events to a run's log. A call that does not go on where the log or the snapshot ends rejects as a whole. */
  appendEvents(run: string, events: readonly StoredEvent[]): Promise<void>;
  /**
   * Replaces the snapshot and removes the events that it covers; a finished round comes with it, and takes the place of
   * one of the same number. Rejects a snapshot that is older than the one there is. It may be ahead of the log, of
   * events that were never appended; the log then goes on after it.
   */
  saveSnapshot(run: string, snapshot: RunSnapshot, finished?: StoredRound): Promise<void>;
  /** Finished rounds in order, from `after` (exclusive) on. */
  listRounds(run: string, after?: number): Promise<readonly StoredRound[]>;
  /** At most the last `count` entries, oldest first. Only some thousands are kept. */
  listLog(count: number): Promise<readonly LogEntry[]>;
  appendLog(entries: readonly LogEntry[]): Promise<void>;
}

export interface NewRun {
  readonly id: string;
  readonly createdAt: number;
  /** As checked by the run settings' schema; JSON. */
  readonly settings: unknown;
}

/** What an operator, or the coordinator itself, may change of a run that is stored. */
export interface RunChanges {
  readonly settings?: unknown;
  readonly name?: string;
  readonly paused?: boolean;
  /** null: that it is not known any more. */
  readonly baseline?: Baseline | null;
}

/** What the adapter scores that a run begins with. */
export interface Baseline {
  readonly accuracy: number;
  readonly loss: number;
}

export interface StoredRun extends NewRun {
  /** Why a run cannot go on; null of one that can. */
  readonly failure: string | null;
  /** That an operator gave it later; null where it has that of its settings. */
  readonly name: string | null;
  readonly paused: boolean;
  /** null until it is scored. */
  readonly baseline: Baseline | null;
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
   * Rejects where the id is that of another key.
   * @returns the device, which may be a revoked one or of another run than the token's where its key was enrolled
   *   before; or why the token lets nobody in
   */
  enrol(device: NewDevice, entry: Entry): Promise<StoredDevice | TokenFault>;
  /** What a key that is not enrolled would be let in by, or why it would not: without writing anything. */
  findEntrance(entry: Entry): Promise<Pick<StoredToken, 'id'> | TokenFault>;
  /**
   * Gives a device another name. @param told whether the device itself tells it: it is taken over where it differs from
   * what the device told last, so that an operator's name outlives a restart of the device
   * @returns the device as it is then; undefined where there is none
   */
  rename(id: string, name: string, told: boolean): Promise<StoredDevice | undefined>;
  /** Whether there is such a device. */
  setQuarantine(id: string, quarantined: boolean): Promise<boolean>;
  find(id: string): Promise<StoredDevice | undefined>;
  /** In order of enrolment. */
  list(run?: string): Promise<readonly StoredDevice[]>;
  /**
   * Revokes a device for good, and holds its token: from now on that lets no new device in, and for
   * `REVOKED_ADDRESS_MS` no token that was made before lets one in from the same address.
   * @returns whether there is such a device
   */
  revoke(id: string, at: number): Promise<boolean>;
}

/**
 * A day, in which no older token lets a new device in from the address of one that was revoked: long enough that coming
 * back with another key takes the operator's consent, short enough that whoever gets the address next is not barred.
 */
export const REVOKED_ADDRESS_MS = 24 * 3600_000;

export type TokenFault = 'token-invalid' | 'token-revoked' | 'token-used' | 'token-expired' | 'token-held';

/** What a device comes in by. */
export interface Entry {
  readonly tokenHash: string;
  readonly at: number;
  /** Keyed hash of the address that it comes from; null where it is not known. */
  readonly addressHash: string | null;
}

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
  /** Id of the token that let it in; null of a device that an older version has enrolled. */
  readonly token: string | null;
  /** The operator has set it aside: it gets no work until it is released. */
  readonly quarantined: boolean;
}

export interface TokenStore {
  /** Rejects where there is one of this id or hash, or no such run. */
  create(token: NewToken): Promise<void>;
  /** In order of creation. */
  list(): Promise<readonly StoredToken[]>;
  /** Whether there is such a token. */
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
  /** A device that it let in was revoked: it lets in no more. */
  readonly held: boolean;
}

/** Hashes of operators' tokens, and keys that the coordinator makes once. */
export interface SecretStore {
  get(name: string): Promise<string | undefined>;
  /** Keeps the first value that a name is given; returns the one that counts. */
  keepFirst(name: string, value: string): Promise<string>;
  replace(name: string, value: string): Promise<void>;
}
