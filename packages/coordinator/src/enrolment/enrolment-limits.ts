import { KeyedLimiter, type RateLimit } from '../pacing/keyed-limiter.ts';

/**
 * New devices from one address: 200 boxes behind one are in within four minutes, as each waits for as long as it is told
 * and comes again; a flood of made-up identities gets one a second.
 */
const PER_ADDRESS: RateLimit = { requests: 60, seconds: 60 };

/** New devices with one token, from wherever: a token that has leaked to many machines lets in five a second. */
const PER_TOKEN: RateLimit = { requests: 300, seconds: 60 };

/** A device that enrols again has lost its state or starts anew, which takes seconds. */
const PER_DEVICE: RateLimit = { requests: 30, seconds: 60 };

/** How fast devices are let in. Only what a right token brings is counted here, so nobody's mistakes cost others. */
export class EnrolmentLimits {
  readonly #addresses = new KeyedLimiter(PER_ADDRESS, 'new devices from this address');
  readonly #tokens = new KeyedLimiter(PER_TOKEN, 'new devices with this join token');
  readonly #devices = new KeyedLimiter(PER_DEVICE, 'enrolments of this device');

  /**
   * A new device is about to be let in. Throws TooManyRequests.
   * @param address null where it is not known
   */
  async countNew(token: string, address: string | null): Promise<void> {
    if (address !== null) await this.#addresses.count(address);
    await this.#tokens.count(token);
  }

  /** A device that is known enrols again. Throws TooManyRequests. */
  async countKnown(device: string): Promise<void> {
    await this.#devices.count(device);
  }
}
