import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BlobReader } from './blob-reader.ts';
import { BlobFolder } from './blobs.ts';

test('reads blobs of any length one after the other, and says where there is none or another content', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'legend-reader-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const blobs = new BlobFolder(folder);
  const reader = new BlobReader(blobs);
  for (const text of ['short', 'a longer one', '', 'one']) {
    const sha256 = await blobs.put(Buffer.from(text));
    expect(Buffer.from(reader.read(sha256)).toString()).toBe(text);
  }
  const spoilt = await blobs.put(Buffer.from('spoilt'));
  await writeFile(blobs.pathOf(spoilt), 'Spoilt');
  expect(() => reader.read(spoilt)).toThrow(expect.objectContaining({ code: 'blob-damaged' }));
  expect(() => reader.read('0'.repeat(64))).toThrow(expect.objectContaining({ code: 'blob-missing' }));
});
