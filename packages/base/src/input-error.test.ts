import { expect, test } from 'vitest';
import { InputError } from './input-error.ts';

const problem = { code: 'x', expected: 'a number', got: '"x"', where: 'a file', todo: 'Correct it.' };

test('an InputError says what was expected, got, where, and what to do', () => {
  expect(new InputError(problem).message).toBe('a file: expected a number, got "x". Correct it.');
});

test('its message does not grow with what was got', () => {
  const { message } = new InputError({ ...problem, got: 'y'.repeat(1e6), where: 'z'.repeat(1e6) });
  expect(message.length).toBeLessThan(3000);
  expect(message).toMatch(/Correct it\.$/);
});
