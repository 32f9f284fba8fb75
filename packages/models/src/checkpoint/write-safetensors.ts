import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { type SafetensorsContent, safetensorsParts } from './encode-safetensors.ts';

/**
 * Writes the tensors as F32 so that a reader of `path` sees the file as it was before or the whole new one.
 * Throws what the file system throws (a full disk, say) and then leaves nothing behind.
 */
export async function writeSafetensors(path: string, content: SafetensorsContent): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, 'wx');
    try {
      for (const part of safetensorsParts(content)) await file.appendFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
