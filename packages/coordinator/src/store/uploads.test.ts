import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BlobFolder } from './blobs.ts';
import { UploadFolder } from './uploads.ts';

const hashOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** A megabyte and a bit. */
const content = Buffer.from(Uint32Array.from({ length: 300_000 }, (_, index) => index * 2654435761).buffer);
const sha256 = hashOf(content);
const { length } = content;
const LIMIT = 2 * length;
const device = 'device-1';

let root: string;
let folder: string;
let blobs: BlobFolder;
let uploads: UploadFolder;
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'legend-uploads-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  const data = join(root, String(folders++));
  folder = join(data, 'uploads');
  blobs = new BlobFolder(join(data, 'blobs'));
  uploads = new UploadFolder(folder, blobs);
});

const partOf = (hash = sha256) => join(folder, device, `${hash}.part`);

/** Sends the content from `offset` to `end`. */
const send = (offset: number, end = length, special = {}) =>
  uploads.append(
    { device, sha256, offset, length, body: Readable.from(cut(content.subarray(offset, end))), ...special },
    LIMIT,
  );

function* cut(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}

/** A body that stays open, of which so many bytes have arrived on the disk. */
async function startSending(end: number) {
  const body = new PassThrough();
  const appending = uploads.append({ device, sha256, offset: 0, length, body }, LIMIT);
  body.write(content.subarray(0, end));
  while ((await uploads.state(device, sha256)).offset < end) await new Promise(setImmediate);
  return { body, appending };
}

async function expectWhole(): Promise<void> {
  expect(await uploads.state(device, sha256)).toEqual({ offset: length, complete: true });
  expect(Buffer.compare(await readFile(blobs.pathOf(sha256)), content)).toBe(0);
  expect(await readdir(join(folder, device))).toEqual([`${sha256}.whole`]);
}

describe('an upload', () => {
  test('becomes a blob', async () => {
    expect(await uploads.state(device, sha256)).toEqual({ offset: 0, complete: false });
    expect(await send(0)).toEqual({ offset: length, complete: true });
    await expectWhole();
  });

  test('may come in parts, over restarts', async () => {
    expect(await send(0, 100_000)).toEqual({ offset: 100_000, complete: false });
    uploads = new UploadFolder(folder, blobs);
    expect(await uploads.state(device, sha256)).toEqual({ offset: 100_000, complete: false });
    expect(await send(100_000, 100_001)).toEqual({ offset: 100_001, complete: false });
    expect(await send(100_001)).toEqual({ offset: length, complete: true });
    await expectWhole();
  });

  test('may be empty', async () => {
    const empty = hashOf('');
    const body = Readable.from([]);
    expect(await uploads.append({ device, sha256: empty, offset: 0, length: 0, body }, LIMIT)).toEqual({
      offset: 0,
      complete: true,
    });
    expect(await blobs.sizeOf(empty)).toBe(0);
  });

  test('that is there already is complete, whatever comes', async () => {
    await send(0);
    expect(await send(0)).toEqual({ offset: length, complete: true });
    expect(await send(77, 78)).toEqual({ offset: length, complete: true });
  });

  test('that another device has made is to this one as if it was not there', async () => {
    await send(0);
    const other = { device: 'device-2' };
    expect(await uploads.state('device-2', sha256)).toEqual({ offset: 0, complete: false });
    expect(await uploads.uploadedBytes('device-2', sha256)).toBe(0);
    expect(await send(0, 1000, other)).toEqual({ offset: 1000, complete: false });
    expect(await uploads.uploadedBytes('device-2', sha256)).toBe(0);
    expect(await send(1000, length, other)).toEqual({ offset: length, complete: true });
    uploads = new UploadFolder(folder, blobs);
    for (const each of [device, 'device-2']) {
      expect(await uploads.state(each, sha256)).toEqual({ offset: length, complete: true });
      expect(await uploads.uploadedBytes(each, sha256)).toBe(length);
    }
    await expectWhole();
  });

  test('whose blob is gone begins anew, and leaves nothing behind', async () => {
    await send(0);
    await blobs.delete(sha256);
    expect(await uploads.state(device, sha256)).toEqual({ offset: 0, complete: false });
    expect(await uploads.uploadedBytes(device, sha256)).toBe(0);
    const [next, bytes] = [hashOf('next'), Buffer.from('next')];
    const body = Readable.from([bytes]);
    await uploads.append({ device, sha256: next, offset: 0, length: 4, body }, LIMIT);
    expect(await readdir(join(folder, device))).toEqual([`${next}.whole`]);
  });

  test('goes on where the process was killed between its last byte and the blob', async () => {
    await send(0, length - 1);
    await appendFile(partOf(), content.subarray(length - 1));
    await writeFile(partOf().replace('.part', '.whole'), '');
    uploads = new UploadFolder(folder, blobs);
    expect(await uploads.state(device, sha256)).toEqual({ offset: length, complete: false });
    expect(await send(length)).toEqual({ offset: length, complete: true });
    await expectWhole();
  });

  test('that is discarded is as if it had never been, unless it is under way', async () => {
    const { body, appending } = await startSending(1000);
    await uploads.discard(device, sha256);
    body.end();
    expect(await appending).toEqual({ offset: 1000, complete: false });
    await send(1000);
    await uploads.discard(device, sha256);
    expect(await uploads.state(device, sha256)).toEqual({ offset: 0, complete: false });
    expect(await readdir(join(folder, device))).toEqual([]);
  });

  test('keeps what arrived of a body that is cut short', async () => {
    const { body, appending } = await startSending(200_000);
    body.destroy(new Error('The connection was reset.'));
    expect(await appending).toEqual({ offset: 200_000, complete: false });
    expect(await send(200_000)).toEqual({ offset: length, complete: true });
    await expectWhole();
  });

  test('goes on where it is, not elsewhere', async () => {
    await send(0, 1000);
    for (const offset of [0, 999, 1001, length]) {
      await expect(send(offset)).rejects.toMatchObject({
        name: 'Refusal',
        code: 'upload-offset',
        details: { offset: 1000 },
      });
    }
    expect(await uploads.state(device, sha256)).toEqual({ offset: 1000, complete: false });
  });

  test('is ended by the next append of the same, whose device has come back', async () => {
    const { body, appending } = await startSending(200_000);
    const second = send(200_000);
    expect(await appending).toEqual({ offset: 200_000, complete: false });
    expect(body.destroyed).toBe(true);
    expect(await second).toEqual({ offset: length, complete: true });
    await expectWhole();
  });

  test('is written by one of many appends at a time', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => send(0)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'upload-offset' });
    }
    const { offset, complete } = await uploads.state(device, sha256);
    if (!complete) await send(offset);
    await expectWhole();
  });

  test('of one device has nothing to do with that of another', async () => {
    await send(0, 1000);
    expect(await uploads.state('device-2', sha256)).toEqual({ offset: 0, complete: false });
    await send(0, 10, { device: 'device-2' });
    expect(await uploads.state(device, sha256)).toEqual({ offset: 1000, complete: false });
  });
});

describe('an upload is refused', () => {
  test('before anything of it is read where it is longer than the limit', async () => {
    const body = Readable.from(['x']);
    const refused = uploads.append({ device, sha256, offset: 0, length: LIMIT + 1, body }, LIMIT);
    await expect(refused).rejects.toMatchObject({ name: 'Refusal', code: 'body-too-long' });
    expect(body.readableDidRead).toBe(false);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  test('where more comes than it said, and the rest of the body is left to the caller', async () => {
    const body = new PassThrough();
    body.write(content);
    const refused = uploads.append({ device, sha256, offset: 0, length: 10, body }, LIMIT);
    await expect(refused).rejects.toMatchObject({ name: 'Refusal', code: 'body-too-long' });
    expect(body.destroyed).toBe(false);
    expect(await uploads.state(device, sha256)).toEqual({ offset: 0, complete: false });
  });

  test('where it is other content, and begins anew', async () => {
    const other = hashOf('other content');
    await expect(send(0, length, { sha256: other })).rejects.toMatchObject({ code: 'upload-corrupt' });
    expect(await uploads.state(device, other)).toEqual({ offset: 0, complete: false });
    expect(await blobs.listAll()).toEqual([]);
  });

  test('where what was there before a restart has been damaged', async () => {
    await send(0, 1000);
    await writeFile(partOf(), Buffer.alloc(1000));
    uploads = new UploadFolder(folder, blobs);
    await expect(send(1000)).rejects.toMatchObject({ code: 'upload-corrupt' });
    expect(await send(0)).toEqual({ offset: length, complete: true });
  });

  test('where it said to be longer before', async () => {
    await send(0, 1000);
    await expect(send(1000, 1000, { length: 999 })).rejects.toMatchObject({ code: 'upload-corrupt' });
    expect(await uploads.state(device, sha256)).toEqual({ offset: 0, complete: false });
  });

  test('where its names or numbers are none', async () => {
    for (const special of [
      { device: '../device' },
      { device: '' },
      { sha256: '../../../etc/passwd' },
      { offset: -1 },
      { offset: 0.5 },
      { length: Number.NaN },
    ]) {
      await expect(send(0, length, special)).rejects.toMatchObject({
        name: 'Refusal',
        code: 'request-invalid',
      });
    }
    await expect(uploads.state('..', sha256)).rejects.toMatchObject({ code: 'request-invalid' });
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  // The file is one that is always full.
  test.runIf(process.platform === 'linux')('by a full disk', async () => {
    await mkdir(dirname(partOf()), { recursive: true });
    await symlink('/dev/full', partOf());
    await expect(send(0)).rejects.toMatchObject({ name: 'WriteError', code: 'disk-full' });
    expect(await blobs.listAll()).toEqual([]);
    await rm(partOf());
    expect(await send(0)).toEqual({ offset: length, complete: true });
  });
});

describe('uploads that are given up', () => {
  const hashes = ['a', 'b', 'c', 'd', 'e', 'f'].map(hashOf);

  test('are deleted once nobody has added to them for long', async () => {
    const [old = '', young = ''] = hashes;
    for (const hash of [old, young]) await send(0, 10, { sha256: hash });
    const { body, appending } = await startSending(10);
    for (const hash of [old, sha256]) await utimes(partOf(hash), 1000, 1000);
    expect(await uploads.deleteOlderThan(2_000_000)).toBe(1);
    expect((await readdir(join(folder, device))).sort()).toEqual([`${young}.part`, `${sha256}.part`].sort());
    body.end();
    await appending;
    expect(await new UploadFolder(join(root, 'none'), blobs).deleteOlderThan(Date.now())).toBe(0);
  });

  test('make room for new ones of the same device', async () => {
    for (const [index, hash] of hashes.entries()) {
      await send(0, 10, { sha256: hash });
      await utimes(partOf(hash), 1000 + index, 1000 + index);
    }
    expect((await readdir(join(folder, device))).sort()).toEqual(
      hashes
        .slice(-4)
        .map((hash) => `${hash}.part`)
        .sort(),
    );
  });
});

test('a real connection that breaks leaves what arrived', async () => {
  const { promise: received, resolve } = Promise.withResolvers<unknown>();
  const server = createServer((incoming) => {
    resolve(uploads.append({ device, sha256, offset: 0, length, body: incoming }, LIMIT));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A server without a port.');
  const sending = request({
    port: address.port,
    host: '127.0.0.1',
    method: 'PATCH',
    headers: { 'content-length': length },
  });
  sending.on('error', () => {});
  sending.write(content.subarray(0, 300_000));
  while ((await uploads.state(device, sha256)).offset < 300_000) await new Promise(setImmediate);
  sending.destroy();
  expect(await received).toEqual({ offset: 300_000, complete: false });
  server.close();
  await send(300_000);
  await expectWhole();
});
