import { InputError } from './input-error.ts';

/** Bad input with the place before its own, e.g. the strategy and round; any other error as it is. */
export function locateProblem(error: unknown, place: string): unknown {
  if (!(error instanceof InputError)) return error;
  const { problem } = error;
  return new InputError({ ...problem, where: `${place}, ${problem.where}`, cause: error });
}
