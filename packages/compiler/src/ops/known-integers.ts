import { CompileError } from '../graph/compile-error.ts';
import type { Value } from '../graph/graph.ts';

/** Integers that an int64 value holds while compiling: axes, bounds, sizes. */
export function knownIntegers({ name, elements }: Value): readonly number[] {
  const integers = elements?.filter((element) => typeof element === 'number');
  if (!integers || integers.length !== elements?.length) {
    throw new CompileError(`${name} must hold integers known while compiling`);
  }
  return integers;
}
