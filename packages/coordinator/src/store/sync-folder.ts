import { open } from 'node:fs/promises';

/** Makes what was created, renamed or deleted in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no such thing: NTFS journals names by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
