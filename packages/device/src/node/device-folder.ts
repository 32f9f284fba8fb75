import { mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError } from '@legend-fl/base';
import { type Hold, holdFile, WriteError, writeFileAtomically } from '@legend-fl/base/node';
import {
  createDeviceKey,
  type DeviceKey,
  exportDeviceKey,
  hashToken,
  importDeviceKey,
} from '@legend-fl/protocol';
import type { DeviceStateStore } from '../device-state.ts';
import { type DeviceIdentity, readIdentity, writeIdentity } from './identity-file.ts';

/** Where one device keeps its key and state. Held by one process at a time. */
export interface DeviceFolder {
  readonly path: string;
  readonly key: DeviceKey;
  /** Undefined before the coordinator has let it in. */
  readonly enrolled: DeviceIdentity['enrolled'];
  /** Remembers that it has. */
  enrol(enrolled: NonNullable<DeviceIdentity['enrolled']>): Promise<void>;
  readonly state: DeviceStateStore;
  /** Tells this device's unfinished downloads from those of others. */
  readonly owner: string;
  release(): void;
}

export interface WantedDevice {
  /** Of the coordinator. */
  readonly url: string;
  /** What it may enrol with; a device that has enrolled needs none. */
  readonly token: string | undefined;
  /** Default: one of its own for each coordinator and token, see `devicesFolder`. */
  readonly folder: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

const identityFile = 'device.json';
const stateFile = 'state.bin';
const IN_USE = 'device-in-use';

/**
 * Opens the device that has enrolled with this token, or, without a token, the one that has enrolled at this coordinator;
 * makes a new one, with a key of its own, for a token that no device here has used, or whose devices here are all in use:
 * the same command twice makes two devices.
 * @throws InputError `device-in-use`, `token-missing`, `device-ambiguous`, `token-other`, WriteError
 */
export async function openDeviceFolder(wanted: WantedDevice): Promise<DeviceFolder> {
  const { url, token } = wanted;
  const tokenSha256 = token === undefined ? null : await hashToken(token);
  const chosen = await chooseFolder(wanted, tokenSha256);
  const mayBeAnother = wanted.folder === undefined && token !== undefined;
  const { path, hold } = mayBeAnother ? await holdFirstFree(chosen) : await holdFolder(chosen);
  try {
    const identityPath = join(path, identityFile);
    let identity = await readIdentity(identityPath);
    if (identity && tokenSha256 !== null && identity.tokenSha256 !== tokenSha256) throw otherToken(path);
    if (!identity && tokenSha256 === null) throw missingToken(path);
    if (!identity) {
      // Before the coordinator hears of it: a token may be good for one device only.
      const key = await exportDeviceKey(await createDeviceKey({ extractable: true }));
      identity = { formatVersion: 1, url, tokenSha256, key, enrolled: null };
      await writeIdentity(identityPath, identity);
    }
    if (identity.enrolled === null && token === undefined) throw missingToken(path);
    const known = identity;
    return {
      path,
      key: await importDeviceKey(known.key, { extractable: false }),
      enrolled: known.enrolled,
      enrol: (enrolled) => writeIdentity(identityPath, { ...known, url, enrolled }),
      state: fileState(join(path, stateFile)),
      owner: known.key.x,
      release: () => hold.release(),
    };
  } catch (error) {
    hold.release();
    throw error;
  }
}

interface HeldFolder {
  readonly path: string;
  readonly hold: Hold;
}

/** The folder, or the first that nobody holds of those beside it that end in -2, -3, … */
async function holdFirstFree(folder: string): Promise<HeldFolder> {
  for (let number = 1; ; number++) {
    try {
      return await holdFolder(number === 1 ? folder : `${folder}-${number}`);
    } catch (error) {
      if (!(error instanceof InputError) || error.code !== IN_USE) throw error;
    }
  }
}

async function holdFolder(path: string): Promise<HeldFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw new WriteError(path, cause);
  });
  const hold = await holdFile(join(path, 'device.lock'), { code: IN_USE, what: path, holder: 'device' });
  return { path, hold };
}

/** `legend/devices` in XDG_DATA_HOME, which is `~/.local/share` by default. */
export function devicesFolder(env: NodeJS.ProcessEnv): string {
  const home = env.HOME || homedir();
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'legend', 'devices');
}

async function chooseFolder({ url, folder, env }: WantedDevice, tokenSha256: string | null): Promise<string> {
  if (folder !== undefined) return resolve(folder);
  const { host, pathname } = new URL(url);
  const ofCoordinator = join(
    devicesFolder(env),
    `${host}${pathname}`.replace(/[^a-zA-Z0-9.-]+/g, '_').replace(/_$/, ''),
  );
  if (tokenSha256 !== null) return join(ofCoordinator, tokenSha256.slice(0, 16));
  const enrolled = await listEnrolled(ofCoordinator);
  const [first, ...others] = enrolled;
  if (first === undefined) throw missingToken(ofCoordinator);
  if (others.length === 0) return first.path;
  throw new InputError({
    code: 'device-ambiguous',
    expected: 'one device that has enrolled at this coordinator',
    got: `${enrolled.length}: ${enrolled.map(({ path, run }) => `${path} (run ${run})`).join(', ')}`,
    where: ofCoordinator,
    todo: 'Name one of these folders with --state, or give its token.',
  });
}

async function listEnrolled(
  folder: string,
): Promise<readonly { readonly path: string; readonly run: string }[]> {
  const names = await readdir(folder).catch(() => []);
  const found = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    const identity = await readIdentity(join(path, identityFile));
    if (identity?.enrolled) found.push({ path, run: identity.enrolled.run });
  }
  return found;
}

function fileState(path: string): DeviceStateStore {
  return {
    where: path,
    load: async () => {
      const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return undefined;
        throw cause;
      });
      return bytes && new Uint8Array(bytes);
    },
    save: (bytes) => writeFileAtomically(path, [bytes], { mode: 0o600 }),
  };
}

function missingToken(where: string): InputError {
  return new InputError({
    code: 'token-missing',
    expected: 'a join token, as no device here has enrolled at this coordinator yet',
    got: 'none',
    where,
    todo: 'Give it with --token-file, LEGEND_TOKEN or --token; the operator makes one.',
  });
}

function otherToken(where: string): InputError {
  return new InputError({
    code: 'token-other',
    expected: 'the token that the device in this folder has enrolled with, or none',
    got: 'another one',
    where,
    todo: 'Leave the token out to go on as this device, or name another folder with --state for a new one.',
  });
}
