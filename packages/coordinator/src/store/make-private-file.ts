import { open } from 'node:fs/promises';

/** Makes an empty file that no other user can read, unless there is a file. Where it cannot, whoever opens it will tell. */
export async function makePrivateFile(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch {
    // There is one, or no such folder.
  }
}
