import type { Kysely } from 'kysely';

/**
 * The tables of a store, the same in every database. Values are JSON as text, truths are 0 and 1, and `place` counts
 * the rows of a table in the order in which they came.
 */
export interface StoreTables {
  store: StoreRow;
  runs: RunRow;
  snapshots: SnapshotRow;
  events: EventRow;
  rounds: RoundRow;
  log: LogRow;
  devices: DeviceRow;
  tokens: TokenRow;
  secrets: SecretRow;
}

export type Db = Kysely<StoreTables>;

/** The single row about the store itself. */
interface StoreRow {
  /** How many of the migrations it has been through. */
  version: number;
  /** Marks the last transaction, for who does not know whether it was committed; null where that is always known. */
  last_write: string | null;
  /** Changes with every check of whether the store can be written to. */
  checks: number;
}

interface RunRow {
  place: number;
  id: string;
  created_at: number;
  settings: string;
  /** That an operator gave it; null where it has that of its settings. */
  name: string | null;
  paused: number;
  /** JSON; null until it is known. */
  baseline: string | null;
}

/** At most one of each run. */
interface SnapshotRow {
  run: string;
  sequence: number;
  state: string;
  global_sha256: string;
  assigned_at: number | null;
  failure: string | null;
}

export interface EventRow {
  run: string;
  sequence: number;
  at: number;
  event: string;
  details: string;
}

interface RoundRow {
  run: string;
  round: number;
  finished_at: number;
  record: string;
}

interface LogRow {
  place: number;
  at: number;
  level: 'info' | 'warning' | 'error';
  run: string | null;
  device: string | null;
  text: string;
}

export interface DeviceRow {
  place: number;
  id: string;
  run: string;
  name: string;
  /** What it told last, which an operator may have changed since; null where that is the name. */
  told_name: string | null;
  /** The `x` of the key. */
  public_key: string;
  runtime_kind: 'node' | 'browser';
  runtime_about: string;
  enrolled_at: number;
  revoked: number;
  quarantined: number;
  /** Id of the token that let it in; null of a device that was enrolled before this was kept. */
  token: string | null;
  /** Keyed hash of the address that it enrolled from; null where that is not known. */
  address_hash: string | null;
  /** Null of a device that is not revoked, or was before this was kept. */
  revoked_at: number | null;
}

export interface TokenRow {
  place: number;
  id: string;
  hash: string;
  run: string;
  label: string;
  uses_left: number | null;
  expires_at: number | null;
  created_at: number;
  revoked: number;
  devices: number;
  /** Whether a device that it let in was revoked. */
  held: number;
}

interface SecretRow {
  name: string;
  value: string;
}
