import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { describe, expect, inject, test } from 'vitest';
import { builtFolder, listPackages } from '../list-packages.ts';
import { readStableNames } from '../stable-names.ts';
import { readExample } from './read-examples.ts';
import { listTarballs, run } from './user-project.ts';

/** What the packages look like to tools. */

/** Legend is ES modules only: what an old Node, or CommonJS without `require(esm)`, makes of it is no concern. */
const unsupported = ['node10', 'node16-cjs'];

describe.each(listTarballs())('$name', ({ name, file }) => {
  test('has nothing that publint warns of', async () => {
    const { folderName = '' } = listPackages().find(({ manifest }) => manifest.name === name) ?? {};
    const { messages } = await publint({ pkgDir: join(builtFolder, folderName), pack: 'npm', strict: true });
    expect(messages).toEqual([]);
  });

  test('has types that are what runs', async () => {
    const tarball = createPackageFromTarballData(new Uint8Array(await readFile(file)));
    const analysis = await checkPackage(tarball);
    const problems = 'problems' in analysis ? analysis.problems : [{ kind: 'no types' as const }];
    const ours = problems.filter(
      (problem) => !('resolutionKind' in problem && unsupported.includes(problem.resolutionKind)),
    );
    expect(ours).toEqual([]);
  });
});

test('every stable name is exported', async () => {
  const folder = inject('installed');
  for (const { folder: sources, manifest, folderName } of listPackages()) {
    const entries = await Promise.all(
      [
        'dist/index.d.ts',
        'dist/node/index.d.ts',
        'dist/web/index.d.ts',
        'dist/strategies/strategy.contract.d.ts',
      ].map((entry) => readFile(join(folder, 'node_modules', manifest.name, entry), 'utf8').catch(() => '')),
    );
    const words = new Set(entries.join('\n').match(/\w+/g));
    expect(
      [...readStableNames(sources)].filter((name) => !words.has(name)),
      folderName,
    ).toEqual([]);
  }
});

test('examples of every README and the types of stable names hold, as a project outside sees them', async () => {
  const folder = inject('installed');
  const examples = listPackages().map(({ folderName }) => folderName);
  for (const name of examples) await writeFile(join(folder, `example-${name}.ts`), await readExample(name));
  await cp(join(import.meta.dirname, 'public-api.test-d.ts'), join(folder, 'public-api.test-d.ts'));
  const compilerOptions = {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    // Ours are checked as well; of others, only what ours name.
    skipLibCheck: true,
    types: ['node'],
  };
  const include = ['example-*.ts', 'public-api.test-d.ts'];
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
  const tsc = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '--project', '.'], folder);
});
