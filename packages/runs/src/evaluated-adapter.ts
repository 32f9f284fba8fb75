import { type Adapter, absorbMerged } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import type { GlobalState } from '@legend-fl/method';
import type { Score } from '@legend-fl/trainer';

/** The global adapter together with the changes that were merged into the base. */
export function wholeAdapter({ adapter, merged }: GlobalState): Adapter {
  return merged === undefined ? adapter : absorbMerged(adapter, merged);
}

/** Throws InputError if the loss of the global adapter is no longer finite. */
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
