import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { expect } from 'vitest';
import type { TestOptions } from './make-options.ts';
import { modelFiles } from './model-fixture.ts';

/** The InputError that an attempt ends with. */
export async function failureOf(attempt: Promise<unknown>): Promise<InputError> {
  const error = await attempt.catch((thrown: unknown) => thrown);
  if (error instanceof InputError) return error;
  throw new Error(`expected an InputError, got ${String(error)}`);
}

/** Checks that a folder holds the fixture's model, byte by byte. */
export async function expectModel(folder: string): Promise<void> {
  for (const [name, bytes] of Object.entries(modelFiles)) {
    expect(await readFile(join(folder, name))).toEqual(bytes);
  }
}

/** The files in the test's folder that look like unfinished work. */
export async function leftovers({ folder }: TestOptions): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true });
  return paths.filter((path) => /partial|inner-|\.whl|\.[0-9a-f]{8}-/.test(path));
}
