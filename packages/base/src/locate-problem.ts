import { InputError } from './input-error.ts';

/** An InputError with a place in front of its own, e.g. the strategy and round; any other error unchanged. */
export function locateProblem(error: unknown, place: string): unknown {
  if (!(error instanceof InputError)) return error;
  const { problem } = error;
  return new InputError({ ...problem, where: `${place}, ${problem.where}`, cause: error });
}
