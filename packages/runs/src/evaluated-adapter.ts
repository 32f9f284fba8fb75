import { type Adapter, absorbMerged } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import type { GlobalState } from '@legend-fl/method';
import type { Score } from '@legend-fl/trainer';

/** What a round ends with: the adapter that is evaluated and handed over, and its score. */

/** The global adapter with what has been merged into the base. */
export function wholeAdapter({ adapter, merged }: GlobalState): Adapter {
  return merged === undefined ? adapter : absorbMerged(adapter, merged);
}

/** Throws InputError for an adapter that has lost its way. */
export function checkScore({ loss }: Pick<Score, 'loss'>): void {
  if (Number.isFinite(loss)) return;
  throw new InputError({
    code: 'loss-not-finite',
    expected: 'a finite loss of the global adapter',
    got: String(loss),
    where: 'evaluation',
    todo: 'Lower the learning rate, or clip gradients (local.maxGradNorm: 1).',
  });
}
