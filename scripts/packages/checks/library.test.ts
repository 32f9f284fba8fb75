import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { listPackages } from '../list-packages.ts';
import { readExample } from './read-examples.ts';
import { run, tinyModel, writeRows } from './user-project.ts';

/** The packages as libraries, where npm has installed them. */

const folder = inject('installed');

beforeAll(() => writeRows(join(folder, 'reviews.jsonl'), 60));

describe('the example of legend-fl', () => {
  const example = async (out: string) =>
    (await readExample('cli'))
      .replace('minilm-l6', tinyModel)
      .replace('movie-reviews', 'reviews.jsonl')
      .replace("out: 'adapter'", `out: '${out}'`)
      .replace('depth: 4', 'depth: 2');

  test('has five lines', async () => {
    const lines = (await readExample('cli')).split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(5);
  });

  test.each([
    ['22.18', inject('olderNode')],
    ['24', process.execPath],
  ])('trains an adapter, in JavaScript and in TypeScript, on Node %s', async (version, node) => {
    for (const language of ['js', 'ts']) {
      const out = `${language} adapter ${version}`;
      await writeFile(join(folder, `train-${version}.${language}`), await example(out));
      const { stdout } = await run(node, [`train-${version}.${language}`], folder);
      expect(stdout).toMatch(/^loss \d/);
      expect(existsSync(join(folder, out, 'adapter_model.safetensors'))).toBe(true);
    }
  });
});

test.each(listPackages().map(({ manifest }) => manifest.name))(
  '%s keeps its modules to itself',
  async (name) => {
    const manifest = JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    const modules = ['dist/index.js', 'dist/node/index.js', 'src/index.ts', 'testing'];
    const script = modules.map(
      (path) => `await import('${name}/${path}').catch(({ code }) => console.log(code));`,
    );
    await writeFile(join(folder, 'internal.js'), script.join('\n'));
    const { stdout } = await run(process.execPath, ['internal.js'], folder);
    expect(stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n'.repeat(modules.length));
    expect(manifest.private).toBeUndefined();
    expect(existsSync(join(folder, 'node_modules', name, 'LICENSE'))).toBe(true);
  },
);

test('a device brings no database, logger, metrics or server library', async () => {
  const closure = await closureOf('@legend-fl/device');
  expect(closure).toContain('onnxruntime-node');
  for (const name of ['pg', 'kysely', 'pino', 'prom-client', 'hono', '@hono/node-server', 'esbuild']) {
    expect(closure).not.toContain(name);
  }
});

test('nothing that is installed needs a bundler', async () => {
  expect(await closureOf('legend-fl')).not.toContain('esbuild');
});

test.each([
  '@legend-fl/device',
  '@legend-fl/device/web',
  '@legend-fl/trainer',
  '@legend-fl/trainer/web',
  '@legend-fl/data',
])('a bundle of %s for browsers has nothing of Node', async (name) => {
  const { metafile } = await build({
    stdin: { contents: `export * from '${name}';`, resolveDir: folder },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    // ONNX Runtime asks for them where it finds itself in Node.
    external: ['node:*'],
    alias: { 'csv-parse/sync': 'csv-parse/browser/esm/sync' },
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const inputs = Object.entries(metafile.inputs);
  const askers = inputs.filter(([, { imports }]) => imports.some(({ path }) => path.startsWith('node:')));
  expect(askers.map(([path]) => path).filter((path) => !path.includes('onnxruntime-web'))).toEqual([]);
  expect(inputs.some(([path]) => path.includes('onnxruntime-node'))).toBe(false);
});

test.each([
  ['22.18', inject('olderNode')],
  ['24', process.execPath],
])(
  'a strategy of one’s own, in TypeScript, is imported wherever it lies, on Node %s',
  async (version, node) => {
    const source = `import { createStrategy, type StrategyOptions } from '@legend-fl/method';
export default (options: StrategyOptions) => ({ ...createStrategy('fedlora', options), name: 'mine' });
`;
    await writeFile(join(folder, 'mine.ts'), source);
    const options = [
      '--model',
      tinyModel,
      '--data',
      'reviews.jsonl',
      '--rounds',
      '1',
      '--devices',
      '3',
      '--json',
    ];
    const strategies = ['--strategy', './mine.ts', '--out', `own strategy ${version}`];
    const legend = 'node_modules/legend-fl/dist/main.js';
    const { stdout, stderr } = await run(node, [legend, 'simulate', ...options, ...strategies], folder);
    expect(JSON.parse(stdout).strategies[0].name).toBe('mine');
    expect(stderr).not.toContain('Warning');
  },
);

/** The names of all packages that come with one. */
async function closureOf(name: string): Promise<ReadonlySet<string>> {
  const closure = new Set<string>();
  const waiting: { readonly name: string; readonly from: string }[] = [{ name, from: folder }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const place = findPackage(next.name, next.from);
    if (place === undefined || closure.has(next.name)) continue;
    closure.add(next.name);
    const { dependencies = {} } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'));
    waiting.push(...Object.keys(dependencies).map((needed) => ({ name: needed, from: place })));
  }
  return closure;
}

function findPackage(name: string, from: string): string | undefined {
  const places = createRequire(join(from, 'index.js')).resolve.paths(name) ?? [];
  return places.map((place) => join(place, name)).find((place) => existsSync(join(place, 'package.json')));
}
