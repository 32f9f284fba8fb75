import { InputError } from '@legend-fl/base';
import type { RankOptions } from '@legend-fl/method';

/**
 * `8` = the same rank everywhere, `4-12` = growing towards the output, `4,4,8,8,12,12` = one per block.
 * @throws InputError for anything else
 */
export function parseRanks(text: string): RankOptions {
  const range = /^(\d+)-(\d+)$/.exec(text);
  if (range) return { kind: 'increasing', min: Number(range[1]), max: Number(range[2]) };
  if (/^\d+$/.test(text)) return { kind: 'uniform', min: Number(text) };
  if (/^\d+(,\d+)+$/.test(text)) return { kind: 'custom', values: text.split(',').map(Number) };
  throw new InputError({
    code: 'ranks-invalid',
    expected: 'one rank (8), a range (4-12) or one rank per block (4,4,8,8,12,12)',
    got: text,
    where: '--ranks',
    todo: 'Correct the option.',
  });
}
