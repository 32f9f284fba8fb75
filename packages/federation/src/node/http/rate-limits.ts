import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from '../coordinator/refusal.ts';
import type { HttpLimits, RateLimit } from './http-limits.ts';

/** A refusal that tells after how many seconds to come again. */
export class TooManyRequests extends Refusal {
  readonly retryAfterSeconds: number;

  constructor(what: string, retryAfterSeconds: number) {
    super(
      'too-many-requests',
      `Expected fewer ${what}. Wait for ${retryAfterSeconds} seconds and try again.`,
    );
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Counts requests of devices and addresses, in memory. Every method throws TooManyRequests over the limit. */
export class RateLimits {
  readonly #device: RateLimiterMemory;
  readonly #enrolments: RateLimiterMemory;
  readonly #failures: RateLimiterMemory;

  constructor(limits: Pick<HttpLimits, 'device' | 'enrolments' | 'failures'>) {
    this.#device = makeLimiter(limits.device);
    this.#enrolments = makeLimiter(limits.enrolments);
    this.#failures = makeLimiter(limits.failures);
  }

  countRequest(device: string): Promise<void> {
    return consume(this.#device, device, 'requests of this device');
  }

  countEnrolment(address: string): Promise<void> {
    return consume(this.#enrolments, address, 'enrolments from this address');
  }

  /** A credential or token from there was refused. */
  countFailure(address: string): Promise<void> {
    return consume(this.#failures, address, 'refused credentials from this address');
  }

  /** Before a token is looked at: too many from there have been wrong. */
  async checkFailures(address: string): Promise<void> {
    const state = await this.#failures.get(address);
    if (state === null || state.consumedPoints < this.#failures.points) return;
    throw new TooManyRequests('refused tokens from this address', secondsOf(state));
  }
}

function makeLimiter({ requests, seconds }: RateLimit): RateLimiterMemory {
  return new RateLimiterMemory({ points: requests, duration: seconds });
}

async function consume(limiter: RateLimiterMemory, key: string, what: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (state) {
    if (!(state instanceof RateLimiterRes)) throw state;
    throw new TooManyRequests(what, secondsOf(state));
  }
}

function secondsOf(state: RateLimiterRes): number {
  return Math.max(1, Math.ceil(state.msBeforeNext / 1000));
}
