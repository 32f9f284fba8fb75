import { expect, test } from 'vitest';
import { emptyRunForm, settingsOfForm } from './run-form.ts';

test('what is left empty is left to the coordinator', () => {
  expect(settingsOfForm(emptyRunForm)).toEqual({ strategy: 'legend' });
});

test('what is filled in stands where a run file has it', () => {
  const form = {
    ...emptyRunForm,
    name: ' Reviews ',
    classes: 'bad, , good ',
    rounds: '30',
    localSteps: '4',
    targetAccuracy: '82.5',
  };
  expect(settingsOfForm(form)).toEqual({
    name: 'Reviews',
    strategy: 'legend',
    classes: ['bad', 'good'],
    rounds: 30,
    targetAccuracy: 0.825,
    local: { steps: 4 },
  });
});
