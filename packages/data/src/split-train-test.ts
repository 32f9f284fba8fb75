import { InputError, seededRandom } from '@legend-fl/base';
import type { Dataset, Example, Split } from './dataset.ts';

/** The split of data that comes in one piece and names no other. */
export const defaultSplit: Split = { testFraction: 0.1, seed: 0 };

/**
 * Divides examples into train and test, both in shuffled order. Stratified: of the wanted test size, each
 * class gets its share rounded down, and the largest remainders one more, so every class is within one of
 * its share. The result depends on the data and the split alone, never on an experiment's seed.
 *
 * @throws InputError when either side would be empty.
 */
export function splitTrainTest(
  dataset: Dataset,
  split: Split,
): { readonly train: Dataset; readonly test: Dataset } {
  const { examples } = dataset;
  const testCount = split.testCount ?? Math.round(examples.length * split.testFraction);
  if (!Number.isInteger(testCount) || testCount < 1 || testCount >= examples.length) {
    throw new InputError({
      code: 'data-split-size',
      expected: `a test set of 1 to ${examples.length - 1} examples`,
      got: `${testCount}`,
      where: dataset.id,
      todo: 'Choose another test size or give more data.',
    });
  }
  const open = testQuotas(dataset, testCount);
  const train: Example[] = [];
  const test: Example[] = [];
  for (const example of seededRandom(split.seed, 'train-test-split').shuffle(examples)) {
    const left = open[example.label] ?? 0;
    if (left > 0) {
      open[example.label] = left - 1;
      test.push(example);
    } else {
      train.push(example);
    }
  }
  return { train: { ...dataset, examples: train }, test: { ...dataset, examples: test } };
}

/** How many test examples each class gives: largest-remainder apportionment of `testCount`. */
function testQuotas({ classes, examples }: Dataset, testCount: number): number[] {
  const counts = classes.map(() => 0);
  for (const { label } of examples) counts[label] = (counts[label] ?? 0) + 1;
  const shares = counts.map((count) => (count * testCount) / examples.length);
  const quotas = shares.map(Math.floor);
  const missing = testCount - quotas.reduce((sum, quota) => sum + quota, 0);
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) quotas[index] = (quotas[index] ?? 0) + 1;
  return quotas;
}
