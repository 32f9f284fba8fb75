/**
 * Builds every package into `dist/packages/<name>`, as it is published: JavaScript, declarations and source maps, what
 * its modules read beside them, its pages bundled, its package.json, README and licence.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collectLicences } from './collect-licences.ts';
import { finishDeclaration, finishModule, finishSourceMap } from './finish-module.ts';
import { listImports, packageOf } from './list-imports.ts';
import { builtFolder, listPackages, type Manifest, type Package, root } from './list-packages.ts';
import { listShippedModules } from './list-shipped-modules.ts';
import { markExperimental } from './mark-experimental.ts';
import { publishedEntries, publishedManifest } from './published-manifest.ts';
import { readStableNames } from './stable-names.ts';

const compiledFolder = join(root, 'dist/compiled');

rmSync(builtFolder, { recursive: true, force: true });
rmSync(compiledFolder, { recursive: true, force: true });
const { status } = spawnSync('tsc', ['--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (status !== 0) process.exit(1);
for (const one of listPackages()) await buildPackage(one);
rmSync(compiledFolder, { recursive: true });

async function buildPackage({ folderName, folder, manifest }: Package): Promise<void> {
  const built = join(builtFolder, folderName);
  const compiled = join(compiledFolder, folderName, 'src');
  const stable = readStableNames(folder);
  const imported = new Set<string>();
  const ship = (path: string, text: string): void => {
    write(join(built, 'dist', path), text);
    for (const { specifier } of listImports(path, text)) {
      const name = packageOf(specifier);
      if (name !== undefined) imported.add(name);
    }
  };
  for (const module of listShippedModules(compiled, listEntries(manifest))) {
    const read = (extension: string) => readFileSync(join(compiled, module + extension), 'utf8');
    ship(`${module}.js`, finishModule(read('.js')));
    const declaration = finishDeclaration(`${module}.d.ts`, read('.d.ts'));
    ship(`${module}.d.ts`, markExperimental(`${module}.d.ts`, declaration, stable));
    write(join(built, 'dist', `${module}.js.map`), finishSourceMap(read('.js.map'), module));
  }
  await copyAssets(join(folder, 'src'), join(built, 'dist'));
  await prebuild(folder, join(built, 'dist/prebuilt'));
  write(join(built, 'package.json'), `${JSON.stringify(publishedManifest(manifest, imported), null, 2)}\n`);
  cpSync(join(folder, 'README.md'), join(built, 'README.md'));
  cpSync(join(root, 'LICENSE'), join(built, 'LICENSE'));
}

/** The modules that a published package begins with, as paths in its sources without extension. */
function listEntries({ bin = {}, exports = {} }: Manifest): string[] {
  const sources = [...Object.values(bin), ...Object.values(publishedEntries(exports))];
  return sources.map((source) => source.replace(/^\.\/src\//, '').replace(/\.ts$/, ''));
}

/** What modules read from files beside them: style sheets, and scripts for pages. */
async function copyAssets(sources: string, built: string): Promise<void> {
  if (existsSync(join(sources, 'node/prebuild.ts'))) return;
  for await (const path of glob('**/*.{css,js,json}', { cwd: sources })) {
    mkdirSync(dirname(join(built, path)), { recursive: true });
    cpSync(join(sources, path), join(built, path));
  }
}

/** Lets a package write the bundles that it makes at run time in the repository, and adds the licences of what is in them. */
async function prebuild(folder: string, target: string): Promise<void> {
  const script = join(folder, 'src/node/prebuild.ts');
  if (!existsSync(script)) return;
  const module = (await import(pathToFileURL(script).href)) as {
    prebuild(folder: string): Promise<readonly string[] | undefined>;
  };
  const modules = await module.prebuild(target);
  if (modules === undefined) throw new Error(`${script} does not name the modules that it bundled`);
  write(join(target, 'third-party-licences.txt'), collectLicences(modules));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

console.log(`built ${relative(root, builtFolder)}`);
