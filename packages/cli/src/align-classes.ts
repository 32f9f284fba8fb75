import { requireDefined } from '@legend-fl/base';
import type { Dataset } from '@legend-fl/data';

/**
 * The data with the classes of a trained head, in the order of its outputs, if they include all classes of the data; else
 * the data as it is. A head whose classes have no names (`LABEL_0`, …) has the numbers from 0 as classes.
 */
export function alignClasses(data: Dataset, headClasses: readonly string[] | undefined): Dataset {
  if (headClasses === undefined) return data;
  const unnamed = headClasses.every((name, index) => name === `LABEL_${index}`);
  const classes = unnamed ? headClasses.map((_, index) => String(index)) : headClasses;
  const places = data.classes.map((name) => classes.indexOf(name));
  if (places.includes(-1)) return data;
  const examples = data.examples.map((example) => ({
    ...example,
    label: requireDefined(places[example.label], `class ${example.label}`),
  }));
  return { ...data, classes, examples };
}
