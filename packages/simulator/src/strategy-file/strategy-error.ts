import { pathToFileURL } from 'node:url';
import { InputError, locateProblem } from '@legend-fl/base';
import type { StrategyFile } from './strategy-file.ts';

/** The contract and an example, for whoever writes a strategy. */
const GUIDE = 'examples/01-your-own-strategy/README.md';

/** A file that can't serve as a strategy. */
export function refuseStrategyFile(
  where: string,
  expected: string,
  got: string,
  cause?: unknown,
): InputError {
  return new InputError({
    code: 'strategy-file',
    expected,
    got,
    where,
    todo: `The contract and an example: ${GUIDE}.`,
    cause,
  });
}

/**
 * What a strategy of a file threw, as bad input: with the file, its line where the stack tells it, and the method. Bad
 * input that one of our functions found stays what it is, with the place before its own.
 */
export function strategyError(cause: unknown, file: StrategyFile, method: string): unknown {
  const where = `${file.path}${lineIn(cause, file.realPath)}, ${method}`;
  if (cause instanceof InputError) return locateProblem(cause, where);
  return new InputError({
    code: 'strategy-error',
    expected: 'no error',
    got: cause instanceof Error ? `${cause.name}: ${cause.message}` : `${cause} thrown`,
    where,
    todo: 'Correct the file; a run that has begun goes on with --resume.',
    cause,
  });
}

/** `:12`, the first line of the file that the error's stack names; empty where there is none. */
export function lineIn(error: unknown, realPath: string): string {
  if (!(error instanceof Error)) return '';
  const stack = error.stack ?? '';
  const lines = [pathToFileURL(realPath).href, realPath].flatMap((name) => {
    const start = stack.indexOf(`${name}:`);
    const line = start < 0 ? null : /^\d+/.exec(stack.slice(start + name.length + 1));
    return line === null ? [] : [`:${line[0]}`];
  });
  return lines[0] ?? '';
}
