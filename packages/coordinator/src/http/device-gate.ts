import { createHash } from 'node:crypto';
import type { PublicKey, RouteName } from '@legend-fl/protocol';
import {
  CredentialError,
  claimedDevice,
  importPublicKey,
  limits,
  type ReceivedRequest,
  verifyRequest,
} from '@legend-fl/protocol';
import type { CryptoKey } from 'jose';
import { Refusal } from '../refusals/refusal.ts';
import { TooManyRequests } from '../refusals/too-many-requests.ts';
import type { DeviceService } from '../services/coordinator.ts';
import type { RateLimits } from './rate-limits.ts';
import { ReplayMemory } from './replay-memory.ts';

/** Imported keys that are kept; the oldest gives way. */
const MOST_KEYS = 4096;

/**
 * Keys without a device whose credentials are remembered. Anybody can make up any number of keys; and were an old enrolment
 * sent again, it would give the same device once more, or nothing.
 */
const MOST_NEW_KEYS = 10_000;

export interface GateRequest {
  readonly route: RouteName;
  readonly credential: string;
  readonly method: string;
  /** With query, as it came. */
  readonly path: string;
  /** Empty of an upload. */
  readonly body: string;
}

/** Lets requests in that a device has signed, each once. */
export class DeviceGate {
  readonly #devices: Pick<DeviceService, 'keyOf'>;
  readonly #limits: RateLimits;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #used = new ReplayMemory();
  readonly #usedByNew = new ReplayMemory(MOST_NEW_KEYS);
  readonly #keys = new Map<string, Promise<CryptoKey>>();

  constructor(devices: Pick<DeviceService, 'keyOf'>, limits: RateLimits, now: () => number) {
    this.#devices = devices;
    this.#limits = limits;
    this.#now = now;
    this.#startedAt = now();
  }

  /**
   * The key of the device that a credential names. Throws Refusal `device-unknown`, `device-revoked`,
   * `credential-invalid`: before the body is read.
   */
  async findKey(credential: string): Promise<PublicKey> {
    const device = claimedDevice(credential);
    if (device === undefined) {
      throw new Refusal('credential-invalid', 'The credential names no device in iss. Enrol first.');
    }
    return this.#devices.keyOf(device);
  }

  /** @returns the id of the device that signed the request; throws Refusal and CredentialError */
  async admitDevice(request: GateRequest, key: PublicKey): Promise<string> {
    const { device, id } = await this.#verify(request, key);
    if (device === undefined)
      throw new Refusal('credential-invalid', 'The credential names no device in iss.');
    await this.#limits.countRequest(device, request.route);
    this.#useOnce(this.#used, device, id);
    return device;
  }

  /** Lets the holder of a key in who has no device yet. */
  async admitKey(request: GateRequest, key: PublicKey): Promise<void> {
    const { device, id } = await this.#verify(request, key);
    if (device !== undefined) {
      throw new Refusal(
        'credential-invalid',
        'Expected a credential without iss, as the device has no id yet.',
      );
    }
    this.#useOnce(this.#usedByNew, key.x, id);
  }

  async #verify({ credential, method, path, body }: GateRequest, key: PublicKey) {
    const received: ReceivedRequest = {
      method,
      path,
      bodyHash: body === '' ? undefined : createHash('sha256').update(body).digest('hex'),
      now: this.#now(),
    };
    const verified = await verifyRequest(credential, await this.#importKey(key), received);
    if (verified.issuedAt < this.#startedAt) {
      throw new CredentialError(
        'credential-expired',
        'The credential was made before the coordinator started. Make a new one, by the clock of serverTime.',
      );
    }
    return verified;
  }

  #useOnce(memory: ReplayMemory, holder: string, credential: string): void {
    switch (memory.use(holder, credential, this.#now())) {
      case 'first':
        return;
      case 'again':
        throw new Refusal(
          'credential-replayed',
          'The credential has been used. Make a new one for every request.',
        );
      case 'full':
        throw new TooManyRequests('requests of this device', limits.credentialSeconds);
    }
  }

  #importKey(key: PublicKey): Promise<CryptoKey> {
    const known = this.#keys.get(key.x);
    if (known !== undefined) return known;
    const imported = importPublicKey(key).catch((cause) => {
      this.#keys.delete(key.x);
      throw new Refusal('credential-invalid', 'The public key is no Ed25519 key.', { cause });
    });
    const [oldest] = this.#keys.keys();
    if (this.#keys.size >= MOST_KEYS && oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(key.x, imported);
    return imported;
  }
}
