import { apportion, InputError, requireDefined, seededRandom } from '@legend-fl/base';
import type { Dataset, Example, Split } from './dataset.ts';

/** The split of data that comes in one piece and names no split. */
export const defaultSplit: Split = { testFraction: 0.1, seed: 0 };

/**
 * Divides examples into train and test, both in shuffled order. Stratified: the classes share the test size in proportion
 * (see `apportion`), so every class is within one of its share. The result depends on the data and the split alone, never on an
 * experiment's seed.
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
  const open = [...testQuotas(dataset, testCount)];
  const train: Example[] = [];
  const test: Example[] = [];
  for (const example of seededRandom(split.seed, 'train-test-split').shuffle(examples)) {
    const left = requireDefined(open[example.label], `class ${example.label}`);
    if (left > 0) {
      open[example.label] = left - 1;
      test.push(example);
    } else {
      train.push(example);
    }
  }
  return { train: { ...dataset, examples: train }, test: { ...dataset, examples: test } };
}

/** How many test examples each class gives. */
function testQuotas({ classes, examples }: Dataset, testCount: number): readonly number[] {
  const ofClass = Map.groupBy(examples, ({ label }) => label);
  return apportion(
    classes.map((_, label) => ofClass.get(label)?.length ?? 0),
    testCount,
  );
}
