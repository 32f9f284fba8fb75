/** A problem with input: a file, an option, a plan, a server's answer. */
export interface InputProblem {
  /** Stable kebab-case identifier, e.g. `checkpoint-truncated`. */
  readonly code: string;
  readonly expected: string;
  readonly got: string;
  /** File, option or message with the problem. */
  readonly where: string;
  /** What the person can do now. */
  readonly todo: string;
  readonly cause?: unknown;
}

/**
 * Bad input: the command line prints its message without a stack trace and exits with code 2.
 * Anything else that is thrown is a fault of ours or of the machine and exits with code 1.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code: string;
  /** The parts of the message, so that another thread can rebuild the error. */
  readonly problem: InputProblem;

  constructor(problem: InputProblem) {
    const { code, expected, got, where, todo, cause } = problem;
    const [at, wanted, found] = [where, expected, got].map(shorten);
    super(`${at}: expected ${wanted}, got ${found}. ${todo}`, { cause });
    this.code = code;
    this.problem = problem;
  }
}

/** Limit for each part of a message: the part that was got may come from a stranger and be of any length. */
const MOST_CHARACTERS = 1000;

function shorten(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
