import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newFolder } from '../experiment/tiny-experiment.fixture.ts';
import { loadStrategy } from './load-strategy.ts';

/** Files that import nothing; that imports of @legend-fl/… are served is for the command line's tests to show. */
async function write(text: string, name = 'mine.js'): Promise<string> {
  const path = join(await newFolder(), name);
  await writeFile(path, text);
  return path;
}

const METHODS = `describe: () => ({ name: 'mine', summary: 's', source: 'o', options: {} }),
  initialAdapter() {}, plan() {}, deviceAdapter() {}, begin() {}, add() {}, finish() {}`;

test('a name is one of ours', async () => {
  expect(await loadStrategy('fedlora', {})).toMatchObject({ strategy: { name: 'fedlora' }, file: null });
});

test.each(['mine.js', 'mine.mjs', 'mine.ts', 'mine.mts'])('%s is a strategy with its hash', async (name) => {
  const text = `export default ({ alphaPerRank }) => ({ name: 'mine' + alphaPerRank, ${METHODS} });`;
  const path = await write(text, name);
  const { strategy, file } = await loadStrategy(path, { alphaPerRank: 3 });
  expect(strategy.name).toBe('mine3');
  expect(strategy.describe()).toMatchObject({ summary: 's' });
  expect(file).toMatchObject({ path, sha256: createHash('sha256').update(text).digest('hex') });
});

describe('refused:', () => {
  test.each<[string, string, string]>([
    ['no default export', 'export const a = 1;', 'expected a function as default export'],
    ['a strategy in place of a factory', 'export default {};', 'got a value of type object'],
    [
      'a factory of nothing',
      'export default () => {};',
      'expected a default export that returns a strategy, got none',
    ],
    [
      'a method missing',
      `export default () => ({ name: 'mine', ${METHODS.replace('add() {},', '')} });`,
      'expected a strategy with the method add',
    ],
    [
      'a strategy without a name',
      `export default () => ({ ${METHODS} });`,
      'expected a strategy with a name',
    ],
    ['an error while it loads', 'throw new Error("too early");', 'got too early'],
    [
      'an error of the factory',
      'export default () => {\n  throw new RangeError("no such ranks");\n};',
      'default export: expected no error, got RangeError: no such ranks',
    ],
  ])('%s', async (_, text, message) => {
    const path = await write(text);
    const failure = await loadStrategy(path, {}).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'InputError', message: expect.stringContaining(message) });
    expect(failure).toMatchObject({ message: expect.stringContaining(path) });
  });

  test.each([
    ['/nowhere/mine.ts', '/nowhere/mine.ts: expected a strategy file, got no such file'],
    ['./mine', './mine: expected a file that ends in .ts, .js, .mts or .mjs, got another name'],
    ['fedlra', 'expected one of legend, fedlora'],
  ])('%s', async (ref, message) => {
    await expect(loadStrategy(ref, {})).rejects.toThrow(message);
  });
});
