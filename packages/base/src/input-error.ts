/** What went wrong with something a person supplied: a file, an option, a plan, a server's answer. */
export interface InputProblem {
  /** Stable kebab-case identifier, e.g. `checkpoint-truncated`. */
  readonly code: string;
  readonly expected: string;
  readonly got: string;
  /** File, option or message in which it was found. */
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
  /** Its parts, from which another thread can make the same error again. */
  readonly problem: InputProblem;

  constructor(problem: InputProblem) {
    const { code, expected, got, where, todo, cause } = problem;
    const [at, wanted, found] = [where, expected, got].map(shorten);
    super(`${at}: expected ${wanted}, got ${found}. ${todo}`, { cause });
    this.code = code;
    this.problem = problem;
  }
}

/** Characters of each part of a message: what was got may be a stranger's, and as long as he likes. */
const MOST_CHARACTERS = 1000;

function shorten(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
