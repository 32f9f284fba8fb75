import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicKeyOf } from '@legend-fl/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDeviceFolder } from './device-folder.ts';

const url = 'https://example.org:8443/legend';
let env: NodeJS.ProcessEnv;
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'legend-device-'));
  env = { XDG_DATA_HOME: home };
});

const open = (changes: { url?: string; token?: string | undefined; folder?: string }) =>
  openDeviceFolder({ url, token: undefined, folder: undefined, env, ...changes });

/** Opens, does something, and lets go. */
async function visit(changes: Parameters<typeof open>[0], enrol?: { device: string; run: string }) {
  const folder = await open(changes);
  if (enrol) await folder.enrol(enrol);
  folder.release();
  return folder;
}

describe('the folder of a device', () => {
  test('is made for a token, and found again by it, with the same key', async () => {
    const first = await visit({ token: 'lj_a' });
    expect(first.enrolled).toBeNull();
    expect(first.path.startsWith(join(home, 'legend', 'devices', 'example.org_8443_legend'))).toBe(true);
    const again = await visit({ token: 'lj_a' }, { device: 'device-1', run: 'run-1' });
    expect(again.path).toBe(first.path);
    expect(await publicKeyOf(again.key)).toEqual(await publicKeyOf(first.key));
    expect((await visit({ token: 'lj_a' })).enrolled).toEqual({ device: 'device-1', run: 'run-1' });
  });

  test('is found without a token once the device has enrolled', async () => {
    await visit({ token: 'lj_a' });
    await expect(open({})).rejects.toMatchObject({ code: 'token-missing' });
    const { path } = await visit({ token: 'lj_a' }, { device: 'device-1', run: 'run-1' });
    expect((await visit({})).path).toBe(path);
    await expect(open({ url: 'https://other.test' })).rejects.toMatchObject({ code: 'token-missing' });
  });

  test('has to be named where there are several', async () => {
    const first = await visit({ token: 'lj_a' }, { device: 'device-1', run: 'run-1' });
    await visit({ token: 'lj_b' }, { device: 'device-2', run: 'run-2' });
    await expect(open({})).rejects.toMatchObject({ code: 'device-ambiguous' });
    for (const run of [/run run-1/, /run run-2/]) await expect(open({})).rejects.toThrow(run);
    expect((await visit({ folder: first.path })).enrolled?.device).toBe('device-1');
  });

  test('keeps neither token nor key where others can read them', async () => {
    const { path } = await visit({ token: 'lj_secret' });
    const file = join(path, 'device.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(path))
      expect(await readFile(join(path, name), 'utf8')).not.toContain('lj_secret');
  });

  test('lets in one process at a time', async () => {
    const folder = await open({ token: 'lj_a' });
    await expect(open({ folder: folder.path })).rejects.toMatchObject({ code: 'device-in-use' });
    folder.release();
    await expect(visit({ folder: folder.path, token: 'lj_a' })).resolves.toBeDefined();
  });

  test('is another one while the first of the same token is in use, with another key', async () => {
    const first = await open({ token: 'lj_a' });
    const second = await open({ token: 'lj_a' });
    expect(second.path).not.toBe(first.path);
    expect(second.owner).not.toBe(first.owner);
    expect(await publicKeyOf(second.key)).not.toEqual(await publicKeyOf(first.key));
    first.release();
    second.release();
    expect((await visit({ token: 'lj_a' })).path).toBe(first.path);
  });

  test('takes no other token, and lets go of a folder that it refuses', async () => {
    const folder = join(home, 'mine');
    await visit({ folder, token: 'lj_a' });
    await expect(open({ folder, token: 'lj_b' })).rejects.toMatchObject({ code: 'token-other' });
    await expect(visit({ folder, token: 'lj_a' })).resolves.toBeDefined();
  });

  test('that is damaged says so', async () => {
    const { path } = await visit({ token: 'lj_a' });
    for (const text of ['{', '{}']) {
      await writeFile(join(path, 'device.json'), text);
      await expect(open({ token: 'lj_a' })).rejects.toMatchObject({ code: 'device-identity-damaged' });
    }
  });

  test('keeps the state', async () => {
    const folder = await open({ token: 'lj_a' });
    expect(await folder.state.load()).toBeUndefined();
    await folder.state.save(Uint8Array.of(1, 2, 3));
    await folder.state.save(Uint8Array.of(4));
    expect(await folder.state.load()).toEqual(Uint8Array.of(4));
    folder.release();
  });
});
