import { laterProblemSchema, type Problem, type ProblemCode, problemSchema } from '@legend-fl/protocol';

/** What a coordinator said; of a later version perhaps with a code that this one does not know. */
export type ReceivedProblem = Omit<Problem, 'code'> & { readonly code: string };

/** How a refusal came. */
export interface Refused {
  /** HTTP status. */
  readonly status: number;
  /** Seconds that the coordinator wants to be left alone for. */
  readonly retryAfterSeconds?: number | undefined;
}

/** The coordinator refused a request, for a reason that the protocol names. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** `unknown-code`: that of `problem` is of a later version; go by the status. */
  readonly code: ProblemCode | 'unknown-code';
  /** HTTP status. */
  readonly status: number;
  readonly problem: ReceivedProblem;
  /** Seconds that the coordinator wants to be left alone for. */
  readonly retryAfterSeconds: number | undefined;

  private constructor(
    code: ProtocolError['code'],
    problem: ReceivedProblem,
    { status, retryAfterSeconds }: Refused,
  ) {
    super(problem.message);
    this.code = code;
    this.status = status;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Of an answer's body; undefined where it is no refusal of a coordinator. */
  static read(body: unknown, refused: Refused): ProtocolError | undefined {
    const known = problemSchema.safeParse(body);
    if (known.success) return new ProtocolError(known.data.code, known.data, refused);
    const later = laterProblemSchema.safeParse(body);
    return later.success ? new ProtocolError('unknown-code', later.data, refused) : undefined;
  }

  /** Whether the same request may be accepted later, without anybody mending it. */
  get passes(): boolean {
    // More uploads are allowed with the next assignment, and none before.
    if (this.code === 'too-many-uploads') return false;
    return this.status === 429 || this.status >= 500 || isStaleCredential(this);
  }
}

/** A credential that came too late, too early or twice: another one, by a clock set right, may do. */
export function isStaleCredential(error: unknown): error is ProtocolError {
  if (!(error instanceof ProtocolError)) return false;
  return error.code === 'credential-expired' || error.code === 'credential-replayed';
}
