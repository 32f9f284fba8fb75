import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../list-packages.ts';

/** The first example of a package's README. */
export async function readExample(folderName: string): Promise<string> {
  const readme = await readFile(join(root, 'packages', folderName, 'README.md'), 'utf8');
  const [, example] = /^```ts\n(.*?)^```/ms.exec(readme) ?? [];
  if (example === undefined) throw new Error(`packages/${folderName}/README.md has no example in TypeScript`);
  return example;
}
