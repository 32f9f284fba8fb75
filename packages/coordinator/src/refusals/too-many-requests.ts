import { Refusal } from './refusal.ts';

/** A refusal that tells after how many seconds to come again. */
export class TooManyRequests extends Refusal {
  readonly retryAfterSeconds: number;

  constructor(
    what: string,
    retryAfterSeconds: number,
    code: 'too-many-requests' | 'too-many-uploads' = 'too-many-requests',
  ) {
    super(code, `Expected fewer ${what}. Wait for ${retryAfterSeconds} seconds and try again.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
