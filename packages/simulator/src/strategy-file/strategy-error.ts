import { pathToFileURL } from 'node:url';
import { InputError, locateProblem } from '@legend-fl/base';
import type { StrategyFile } from './strategy-file.ts';

/** The contract and an example, for authors of strategies. */
const GUIDE = 'examples/01-your-own-strategy/README.md';

/** The error for a file that cannot serve as a strategy. */
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
 * An error that a file's strategy threw, as bad input with the file, the method and, if the stack names it, the line. An
 * InputError keeps its code and gets the place in front of its own.
 */
export function strategyError(cause: unknown, file: StrategyFile, method: string): unknown {
  const where = `${file.path}${lineIn(cause, file.realPath)}, ${method}`;
  if (cause instanceof InputError) return locateProblem(cause, where);
  return new InputError({
    code: 'strategy-error',
    expected: 'no error',
    got: cause instanceof Error ? `${cause.name}: ${cause.message}` : `${cause} thrown`,
    where,
    todo: 'Correct the file; --resume continues a run that has started.',
    cause,
  });
}

/** `:12`, the file's first line in the error's stack; empty if the stack does not name the file. */
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
