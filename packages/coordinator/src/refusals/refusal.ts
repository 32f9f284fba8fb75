import { type ProblemCode, problemStatus } from '@legend-fl/protocol';

/** A request that is refused, for a reason that the protocol names. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ProblemCode;
  /** Further fields of the answer. */
  readonly details: { readonly offset?: number; readonly supported?: number[] };

  /** @param message one sentence for whoever sent the request */
  constructor(
    code: ProblemCode,
    message: string,
    {
      cause,
      ...details
    }: { readonly offset?: number; readonly supported?: number[]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.details = details;
  }

  /** HTTP status. */
  get status(): number {
    return problemStatus[this.code];
  }
}
