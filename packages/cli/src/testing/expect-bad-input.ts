import { expect } from 'vitest';
import type { Ended } from './run-legend.ts';

/** Expects code 2, nothing on stdout, and as the last of stderr one line `error: …` without a stack. */
export function expectBadInput({ code, stdout, stderr }: Ended, message: RegExp): void {
  const lines = stderr.trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(/^error: /);
  expect(lines.at(-1)).toMatch(message);
  expect(lines.slice(0, -1).every((line) => line.startsWith('note: '))).toBe(true);
  expect(stdout).toBe('');
  expect(code).toBe(2);
}
