/** A program that makes no sense: shapes that do not fit, a missing gradient, an unknown symbol. A fault of the caller. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
}
