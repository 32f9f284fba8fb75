import type { DeviceKey } from '@legend-fl/protocol';

/**
 * What this browser keeps of its device, so that a page that is loaded again is the same device.
 * @typeParam Settings that the browser can keep: values and files, no functions
 */
export interface KeptSession<Settings> {
  /** SHA-256 of the join token, by which the key is found. */
  readonly tokenSha256: string;
  readonly device: string;
  readonly run: string;
  /** What a person chose for it. */
  readonly settings: Settings;
  /** Whether model and data have been found to fit: then the page goes on by itself. */
  readonly ready: boolean;
}

const NAME = 'legend-device';
const KEPT = 'kept';

/** The database of this site's device. */
export class DeviceDatabase<Settings> {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open<Settings>(): Promise<DeviceDatabase<Settings>> {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(KEPT);
    return new DeviceDatabase(await settled(request));
  }

  async session(): Promise<KeptSession<Settings> | undefined> {
    return (await this.#get('session')) as KeptSession<Settings> | undefined;
  }

  keepSession(session: KeptSession<Settings>): Promise<void> {
    return this.#change((kept) => kept.put(session, 'session'));
  }

  /** Forgets the session with its data and its device's state; keys stay, so that the same link is the same device. */
  async forgetSession(): Promise<void> {
    const session = await this.session();
    await this.#change((kept) => {
      kept.delete('session');
      if (session !== undefined) kept.delete(stateOf(session.device));
    });
  }

  /** A private key that cannot be exported is kept as the browser's own object. */
  async key(tokenSha256: string): Promise<DeviceKey | undefined> {
    return (await this.#get(keyOf(tokenSha256))) as DeviceKey | undefined;
  }

  keepKey(tokenSha256: string, key: DeviceKey): Promise<void> {
    return this.#change((kept) => kept.put(key, keyOf(tokenSha256)));
  }

  async state(device: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#get(stateOf(device))) as Uint8Array<ArrayBuffer> | undefined;
  }

  keepState(device: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#change((kept) => kept.put(bytes, stateOf(device)));
  }

  #get(key: string): Promise<unknown> {
    return settled(this.#database.transaction(KEPT).objectStore(KEPT).get(key));
  }

  /** Resolves once the change is on disk. */
  #change(make: (kept: IDBObjectStore) => void): Promise<void> {
    const transaction = this.#database.transaction(KEPT, 'readwrite', { durability: 'strict' });
    make(transaction.objectStore(KEPT));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

function keyOf(tokenSha256: string): string {
  return `key/${tokenSha256}`;
}

function stateOf(device: string): string {
  return `state/${device}`;
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
