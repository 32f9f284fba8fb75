import { InputError } from '@legend-fl/base';
import { leaveSchema, limits } from '@legend-fl/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberLabels } from './labelled-text.ts';
import { reasonForOperator } from './reason-for-operator.ts';

const run = { classes: ['negative', 'positive'] };
const codes = [
  'data-label-unknown',
  'data-label-invalid',
  'data-column-missing',
  'data-no-rows',
  'data-file-unreadable',
  'memory-too-small',
  'tokenizer-invalid',
  'loss-not-finite',
  'device-state-damaged',
];

function errorOf(code: string, text: string): InputError {
  const parts = { expected: text, got: text, where: text, todo: text };
  return new InputError({ ...parts, code, cause: new Error(text) });
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

describe('the reason that an operator is told', () => {
  test('names what does not fit and what the run expects', () => {
    const error = thrownBy(() =>
      numberLabels([{ text: 'secret', label: 'Bob has HIV' }], run.classes, '/home/bob/patients.csv'),
    );
    expect(reasonForOperator(error, run)).toBe(
      'its data do not fit: data-label-unknown (expected one of negative, positive)',
    );
    expect(reasonForOperator(error, undefined)).toBe('its data do not fit: data-label-unknown');
  });

  test.each([
    ['memory-too-small', /^it has too little memory: .*one block/],
    ['data-no-rows', /^its data do not fit: .*at least one example/],
    ['data-column-missing', /^its data do not fit: .*a column of texts and one of labels/],
    ['safetensors-truncated', /^it cannot use what the coordinator sent: /],
    ['wire-not-finite', /^its training failed: /],
    ['disk-full', /^it cannot keep its state: /],
  ])('of %s says whose turn it is', (code, sentence) => {
    expect(reasonForOperator(errorOf(code, 'x'), run)).toMatch(sentence);
  });

  test('of a browser without room goes by the name of its error', () => {
    const error = new DOMException('secret', 'QuotaExceededError');
    expect(reasonForOperator(error, run)).toBe('it cannot keep its state: QuotaExceededError');
  });

  test('says nothing that stands in the error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...codes), fc.string(), (code, hostile) => {
        const told = reasonForOperator(errorOf(code, hostile), run);
        return told === reasonForOperator(errorOf(code, 'harmless'), run);
      }),
      { numRuns: 500 },
    );
  });

  test('says nothing of a code that it does not know', () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('constructor', '__proto__', 'toString', 'data-label-unknown Bob'),
    );
    fc.assert(
      fc.property(names, (code) => {
        const thrown = [errorOf(code, code), Object.assign(new Error(code), { code, name: code }), code];
        return thrown.every((each) => reasonForOperator(each, run) === 'its program failed');
      }),
      { numRuns: 500 },
    );
  });

  test('is as short as the protocol has it, however many classes there are', () => {
    const classes = Array.from({ length: 100 }, (_, index) => `class ${index}`);
    const reason = reasonForOperator(errorOf('data-label-unknown', 'x'), { classes });
    expect(reason).toHaveLength(limits.reasonLength);
    expect(reason).toMatch(/expected one of class 0, class 1, .*…$/);
    expect(leaveSchema.parse({ run: 'run-1', reason }).reason).toBe(reason);
  });
});
