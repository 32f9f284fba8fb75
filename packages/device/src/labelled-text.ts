import { InputError } from '@legend-fl/base';
import type { TextExample } from '@legend-fl/trainer';

/** An example as a person has it: its label is the name of a class. */
export interface LabelledText {
  readonly text: string;
  readonly textPair?: string | undefined;
  readonly label: string;
}

/**
 * The examples with their classes as the run numbers them.
 * @param where file or table of the examples, for error messages
 * @throws InputError `data-label-unknown`, naming the row
 */
export function numberLabels(
  rows: readonly LabelledText[],
  classes: readonly string[],
  where: string,
): readonly TextExample[] {
  const numberOf = new Map(classes.map((name, index) => [name, index]));
  return rows.map(({ label: name, ...texts }, index) => {
    const label = numberOf.get(name);
    if (label !== undefined) return { ...texts, label };
    throw new InputError({
      code: 'data-label-unknown',
      expected: `one of the run's classes ${classes.map((each) => `"${each}"`).join(', ')}`,
      got: `label "${name}"`,
      where: `${where}, row ${index + 1}`,
      todo: 'Correct the label; a device can only hold examples of classes that the run has.',
    });
  });
}
