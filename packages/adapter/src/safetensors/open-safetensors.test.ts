import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderFiles, writeSafetensors } from '../node/index.ts';
import { decodeSafetensors } from './decode-safetensors.ts';
import { encodeSafetensors } from './encode-safetensors.ts';
import { openSafetensors } from './open-safetensors.ts';

const modelsFolder = new URL('../../../../testdata/models/', import.meta.url).pathname;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

const openAt = (path: string) => openSafetensors(folderFiles(dirname(path)), basename(path));

const tensors = new Map([
  ['first', { dims: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-40, 3e38) }],
  ['none', { dims: [0, 4], data: new Float32Array(0) }],
  ['scalar', { dims: [], data: Float32Array.of(7) }],
]);

describe('openSafetensors', () => {
  test.each(['bert', 'bert-headless-f16', 'distilbert-bf16'])(
    'reads tensor by tensor what decodeSafetensors reads from %s at once',
    async (name) => {
      const path = join(modelsFolder, name, 'model.safetensors');
      const { tensors: decoded } = decodeSafetensors(await readFile(path), path);
      const file = await openAt(path);
      expect([...file.entries.keys()]).toEqual([...decoded.keys()]);
      for (const [tensorName, tensor] of decoded) expect(await file.read(tensorName)).toEqual(tensor);
      expect(file.metadata.get('format')).toBe('pt');
    },
  );

  test('names a missing file, a folder and an absent tensor', async () => {
    const path = join(modelsFolder, 'bert', 'model.safetensors');
    await expect(openAt(join(folder, 'absent'))).rejects.toMatchObject({ code: 'file-missing' });
    await expect(openAt(folder)).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect((await openAt(path)).read('x.y')).rejects.toThrow(
      `${path}: expected a tensor x.y, got 57 others. Check that the file belongs to this model.`,
    );
  });

  test('refuses a file that is cut, empty or grown, before any tensor is read', async () => {
    const path = join(folder, 'damaged.safetensors');
    const whole = encodeSafetensors({ tensors });
    for (const bytes of [whole.subarray(0, -1), whole.subarray(0, 20), new Uint8Array(0)]) {
      await writeFile(path, bytes);
      await expect(openAt(path)).rejects.toMatchObject({ code: 'safetensors-truncated' });
    }
    await writeFile(path, Buffer.concat([whole, Buffer.of(0)]));
    await expect(openAt(path)).rejects.toMatchObject({ code: 'safetensors-offsets-invalid' });
  });

  test('refuses a tensor of a file that was cut after it was opened', async () => {
    const path = join(folder, 'cut.safetensors');
    await writeSafetensors(path, { tensors });
    const file = await openAt(path);
    await truncate(path, 100);
    await expect(file.read('first')).rejects.toBeInstanceOf(InputError);
  });
});

describe('writeSafetensors', () => {
  test('writes the bytes of encodeSafetensors, over an older file too', async () => {
    const path = join(folder, 'written.safetensors');
    const content = { tensors, metadata: { format: 'pt' } };
    await writeFile(path, 'an older file');
    await writeSafetensors(path, content);
    expect(new Uint8Array(await readFile(path))).toEqual(encodeSafetensors(content));
  });

  test('leaves the older file and nothing else when it fails half-way', async () => {
    const path = join(folder, 'kept', 'a.safetensors');
    await expect(writeSafetensors(path, { tensors })).rejects.toMatchObject({ code: 'write-failed' });

    const taken = await mkdtemp(join(folder, 'taken-'));
    await expect(writeSafetensors(taken, { tensors })).rejects.toMatchObject({ code: 'write-failed' });
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
