import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readExample } from './read-examples.ts';
import { listTarballs, newProject, run, tinyModel, writeRows } from './user-project.ts';

/** Other package managers, which are had through npx. */

const files = Object.fromEntries(listTarballs().map(({ name, file }) => [name, `file:${file}`]));
const dependencies = { 'legend-fl': files['legend-fl'] };

const managers: readonly [string, object, readonly string[]][] = [
  [
    'pnpm',
    { dependencies },
    ['pnpm@12', 'install', '--ignore-scripts', '--config.package-import-method=copy'],
  ],
  ['yarn', { dependencies, resolutions: files }, ['yarn@1', 'install', '--ignore-scripts', '--no-lockfile']],
];

test.concurrent.for(managers)(
  '%s installs what runs',
  async ([name, manifest, command], { onTestFinished }) => {
    const folder = await newProject(name, manifest);
    onTestFinished(() => rm(folder, { recursive: true }));
    if (name === 'pnpm')
      await writeFile(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ overrides: files }));
    await run('npx', ['--yes', ...command], folder);
    const legend = join(folder, 'node_modules/.bin/legend');
    expect((await run(legend, ['--version'], folder)).stdout).toMatch(/^\d+\.\d+\.\d+/);
    await writeRows(join(folder, 'reviews.jsonl'), 30);
    const example = (await readExample('cli'))
      .replace('minilm-l6', tinyModel)
      .replace('movie-reviews', 'reviews.jsonl')
      .replace('depth: 4', 'depth: 2');
    await writeFile(join(folder, 'train.js'), example);
    await run(process.execPath, ['train.js'], folder);
    expect(existsSync(join(folder, 'adapter/adapter_model.safetensors'))).toBe(true);
  },
);
