import type { Dataset } from '@legend-fl/data';
import { expect, test } from 'vitest';
import { alignClasses } from './align-classes.ts';

const data = (...classes: string[]): Dataset => ({
  id: 'data',
  classes,
  examples: classes.map((name, label) => ({ text: name, label })),
});

const labelsOf = ({ classes, examples }: Dataset) => examples.map(({ label }) => classes[label]);

test('data takes the order and number of the head’s classes, and every example keeps its own', () => {
  const aligned = alignClasses(data('negative', 'positive'), ['positive', 'neutral', 'negative']);
  expect(aligned.classes).toEqual(['positive', 'neutral', 'negative']);
  expect(labelsOf(aligned)).toEqual(['negative', 'positive']);
  expect(aligned.examples.map(({ label }) => label)).toEqual([2, 0]);
});

test('a head without names has numbers as classes', () => {
  const aligned = alignClasses(data('0', '2'), ['LABEL_0', 'LABEL_1', 'LABEL_2']);
  expect(aligned.classes).toEqual(['0', '1', '2']);
  expect(aligned.examples.map(({ label }) => label)).toEqual([0, 2]);
});

test.for([
  ['has a class that the head has not', ['negative', 'mixed'], ['negative', 'positive']],
  ['has names and the head has none', ['negative', 'positive'], ['LABEL_0', 'LABEL_1']],
  ['meets no trained head', ['0', '1'], undefined],
] as const)('data that %s stays as it is', ([, own, head]) => {
  const given = data(...own);
  expect(alignClasses(given, head)).toBe(given);
});
