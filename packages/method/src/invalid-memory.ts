import { InputError } from '@legend-fl/base';
import type { JsonValue } from './global-state.ts';

/** For a memory that is not what the strategy itself has left there. */
export function invalidMemory(strategy: string, expected: string, memory: JsonValue): InputError {
  return new InputError({
    code: 'memory-invalid',
    expected,
    got: JSON.stringify(memory),
    where: `memory of ${strategy}`,
    todo: 'Resume with the strategy and the options that the run began with, or start it anew.',
  });
}
