import { type Problem, type ProblemCode, problemStatus } from '../protocol/problem.ts';

/** The coordinator refused a request, for a reason that the protocol names. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ProblemCode;
  /** HTTP status. */
  readonly status: number;
  readonly problem: Problem;
  /** Seconds that the coordinator wants to be left alone for. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem, retryAfterSeconds?: number) {
    super(problem.message);
    this.code = problem.code;
    this.status = problemStatus[problem.code];
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether the same request may be accepted later, without anybody mending it. */
  get passes(): boolean {
    return this.status === 429 || this.status >= 500 || isStaleCredential(this);
  }
}

/** A credential that came too late, too early or twice: another one, by a clock set right, may do. */
export function isStaleCredential(error: unknown): error is ProtocolError {
  if (!(error instanceof ProtocolError)) return false;
  return error.code === 'credential-expired' || error.code === 'credential-replayed';
}
