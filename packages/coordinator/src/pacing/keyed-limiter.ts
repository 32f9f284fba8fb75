import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { TooManyRequests } from '../refusals/too-many-requests.ts';

export interface RateLimit {
  readonly requests: number;
  readonly seconds: number;
}

/**
 * Keys that are counted at the same time, at a few hundred bytes each: more than devices that one coordinator carries.
 * Whoever has more addresses than that to come from gains a new count, not the memory.
 */
const MOST_KEYS = 50_000;

/** Counts what comes by a key (a device, an address, a token) in memory, in windows that begin with its first request. */
export class KeyedLimiter {
  readonly #limiter: RateLimiterMemory;
  readonly #what: string;
  readonly #mostKeys: number;
  /** The one longest unused first. */
  readonly #keys = new Set<string>();

  /** @param what is counted, for people: `requests of this device` */
  constructor({ requests, seconds }: RateLimit, what: string, mostKeys = MOST_KEYS) {
    this.#limiter = new RateLimiterMemory({ points: requests, duration: seconds });
    this.#what = what;
    this.#mostKeys = mostKeys;
  }

  /** Keys that are kept at present. */
  get size(): number {
    return this.#keys.size;
  }

  /** Throws TooManyRequests over the limit. */
  async count(key: string): Promise<void> {
    this.#keys.delete(key);
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > this.#mostKeys && oldest !== undefined) {
      this.#keys.delete(oldest);
      await this.#limiter.delete(oldest);
    }
    try {
      await this.#limiter.consume(key);
    } catch (state) {
      if (!(state instanceof RateLimiterRes)) throw state;
      throw new TooManyRequests(this.#what, Math.max(1, Math.ceil(state.msBeforeNext / 1000)));
    }
  }
}
