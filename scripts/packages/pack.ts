/** Builds every package and leaves its tarball in `dist/tarballs`, ready for `npm publish`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder, listPackages, root, tarballFolder } from './list-packages.ts';
import './build.ts';

rmSync(tarballFolder, { recursive: true, force: true });
mkdirSync(tarballFolder, { recursive: true });
const folders = listPackages().map(({ folderName }) => join(builtFolder, folderName));
const { status } = spawnSync('npm', ['pack', '--silent', '--pack-destination', tarballFolder, ...folders], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
