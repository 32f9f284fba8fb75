import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** One built, publishable folder for each package. */
export const builtFolder = join(root, 'dist/packages');
export const tarballFolder = join(root, 'dist/tarballs');

/** What is read and written of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional: boolean }>>;
}

/** A package of the workspace. */
export interface Package {
  /** Of its folder in `packages`. */
  readonly folderName: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

export function listPackages(): readonly Package[] {
  return readdirSync(join(root, 'packages')).map((folderName) => {
    const folder = join(root, 'packages', folderName);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    return { folderName, folder, manifest };
  });
}
