import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  makeRun,
  openPlace,
  type Place,
  type TestDevice,
  tinySettings,
} from '../testing/coordinator.fixture.ts';

/** What one device, one token and one address may take of a real coordinator. */

const hour = 3600_000;
let place: Place;
let clockMs: number;
beforeEach(async () => {
  clockMs = 0;
  place = await openPlace({ now: () => Date.now() + clockMs });
  const { coordinator, store } = place;
  onTestFinished(async () => {
    await coordinator.stop();
    await store.close();
  });
});

const hashOf = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

function enrol(token: string, key: string, address?: string) {
  const publicKey = { kty: 'OKP', crv: 'Ed25519', x: key.padEnd(43, '_') } as const;
  const runtime = { kind: 'node', about: 'test' } as const;
  return place.coordinator.forDevices.enrol({ token, publicKey, name: key, runtime }, address);
}

async function newRun() {
  const { id } = await place.coordinator.forOperators.createRun(tinySettings());
  const makeToken = async (uses: number | null = null) => {
    clockMs += 1;
    const made = await place.coordinator.forOperators.createToken({
      run: id,
      label: 'x',
      uses,
      seconds: null,
    });
    return made.token;
  };
  return { run: id, makeToken };
}

describe('after a device is revoked', () => {
  test('its token lets in nobody new, and those that it let in stay', async () => {
    const { makeToken } = await newRun();
    const [token, other] = [await makeToken(), await makeToken()];
    const bad = await enrol(token, 'bad', '10.0.0.1');
    const good = await enrol(token, 'good', '10.0.0.2');
    await place.coordinator.forOperators.revokeDevice(bad.device);
    await expect(enrol(token, 'bad', '10.0.0.1')).rejects.toMatchObject({ code: 'device-revoked' });
    await expect(enrol(token, 'new', '10.0.0.3')).rejects.toMatchObject({ code: 'token-held' });
    expect(await enrol(token, 'good', '10.0.0.2')).toEqual(good);
    expect(await enrol(other, 'new', '10.0.0.3')).toMatchObject({ run: good.run });
    expect(await place.coordinator.forOperators.listTokens()).toMatchObject([{ held: true }, { devices: 1 }]);
    const ofDevices = (await place.store.runs.listLog(100)).filter(({ device }) => device !== null);
    const line = ofDevices.find(({ level }) => level === 'warning');
    expect(line?.text).toBe('bad is revoked; its join token lets no new device in.');
  });

  test('an older token lets nobody in from its address for a day, a newer one does', async () => {
    const { makeToken } = await newRun();
    const [token, older] = [await makeToken(), await makeToken()];
    const { device } = await enrol(token, 'bad', '10.0.0.1');
    clockMs += 1;
    await place.coordinator.forOperators.revokeDevice(device);
    const newer = await makeToken();
    await expect(enrol(older, 'again', '10.0.0.1')).rejects.toMatchObject({ code: 'token-held' });
    await enrol(older, 'elsewhere', '10.0.0.2');
    await enrol(newer, 'neighbour', '10.0.0.1');
    clockMs += 24 * hour;
    await enrol(older, 'next day', '10.0.0.1');
  });

  test('no address can be found by hashing all of them', async () => {
    const { makeToken } = await newRun();
    const [token, older] = [await makeToken(), await makeToken()];
    const { device } = await enrol(token, 'bad', '203.0.113.77');
    clockMs += 1;
    await place.coordinator.forOperators.revokeDevice(device);
    await expect(enrol(older, 'again', '203.0.113.77')).rejects.toMatchObject({ code: 'token-held' });
    const guess = { tokenHash: hashOf(older), at: Date.now() + clockMs, addressHash: hashOf('203.0.113.77') };
    expect(await place.store.devices.findEntrance(guess)).toMatchObject({ id: expect.any(String) });
  });
});

test('new identities of one address are let in slowly; wrong tokens and known devices do not count', async () => {
  const { makeToken } = await newRun();
  const token = await makeToken();
  const first = await enrol(token, 'first', '10.0.0.1');
  for (let number = 0; number < 100; number++) {
    await expect(enrol('lj_wrong', `wrong ${number}`, '10.0.0.1')).rejects.toMatchObject({
      code: 'token-invalid',
    });
  }
  for (let again = 0; again < 20; again++) expect(await enrol(token, 'first', '10.0.0.1')).toEqual(first);
  for (let number = 1; number < 60; number++) await enrol(token, `device ${number}`, '10.0.0.1');
  await expect(enrol(token, 'one more', '10.0.0.1')).rejects.toMatchObject({
    code: 'too-many-requests',
    retryAfterSeconds: expect.any(Number),
  });
  await enrol(token, 'one more', '10.0.0.2');
  expect(await place.coordinator.forOperators.listTokens()).toMatchObject([{ devices: 61 }]);
});

/** Three devices that have got their assignments of the first round. */
async function assignedDevices(): Promise<readonly TestDevice[]> {
  const { devices } = await makeRun(place);
  for (const device of devices) await device.reportCapacity();
  await Promise.all(devices.map((device) => device.awaitTraining()));
  return devices;
}

function append(
  device: TestDevice,
  content: Uint8Array,
  length = content.byteLength,
  sha256 = hashOf(content),
) {
  const body = Readable.from([content]);
  return place.coordinator.forDevices.appendUpload(device.id, { sha256, offset: 0, length, body });
}

describe('uploads', () => {
  test('of another device are neither told nor handed in nor given up', async () => {
    const [one, other] = await assignedDevices();
    if (one === undefined || other === undefined) throw new Error('no devices');
    const assignment = await one.awaitTraining();
    if (assignment === undefined) throw new Error('no assignment');
    const { message, report } = await one.train(assignment);
    await one.upload(message);
    const { forDevices } = place.coordinator;
    const unknown = { offset: 0, complete: false };
    expect(await forDevices.uploadState(other.id, report.sha256)).toEqual(unknown);
    expect(await forDevices.uploadState(other.id, hashOf('nothing'))).toEqual(unknown);
    await expect(other.hand(report)).rejects.toMatchObject({ code: 'upload-incomplete' });
    expect(await forDevices.uploadState(one.id, report.sha256)).toMatchObject({ complete: true });
    expect(await one.hand(report)).toBe('accepted');
  });

  test('of a device that are not handed in are three, whole or not, and refused before a byte is read', async () => {
    const [device, other] = await assignedDevices();
    if (device === undefined || other === undefined) throw new Error('no devices');
    const contentOf = (number: number) => new Uint8Array(1000).fill(number);
    expect(await append(device, contentOf(1))).toMatchObject({ complete: true });
    expect(await append(device, contentOf(2).subarray(0, 500), 1000, hashOf(contentOf(2)))).toMatchObject({
      complete: false,
    });
    expect(await append(device, contentOf(3))).toMatchObject({ complete: true });
    const body = Readable.from([contentOf(4)]);
    const part = { sha256: hashOf(contentOf(4)), offset: 0, length: 1000, body };
    await expect(place.coordinator.forDevices.appendUpload(device.id, part)).rejects.toMatchObject({
      code: 'too-many-uploads',
      status: 429,
    });
    expect(body.readableDidRead).toBe(false);
    expect(await append(other, contentOf(4))).toMatchObject({ complete: true });
    expect(await readdir(join(place.dir, 'uploads', device.id))).toHaveLength(3);
    const report = { run: device.run, round: 1, attempt: 1, sha256: hashOf(contentOf(1)), examples: 3 };
    const times = { download: 0, forward: 0, backward: 0, upload: 0 };
    const rest = { loss: 1, capacity: device.capacity, bytesDown: 1, times };
    await expect(device.hand({ ...report, ...rest })).rejects.toMatchObject({ code: 'update-invalid' });
    expect(await append(device, contentOf(4))).toMatchObject({ complete: true });
  });
});

test('a capacity that is the same as before is not stored again', async () => {
  const { devices } = await makeRun(place, { minimumDevices: 5 }, 2);
  const eventsOf = async () => (await place.store.runs.loadProgress(devices[0]?.run ?? '')).events.length;
  for (let time = 0; time < 10; time++) for (const device of devices) await device.reportCapacity();
  expect(await eventsOf()).toBe(2);
  const [device] = devices;
  if (device === undefined) throw new Error('no device');
  const capacity = { ...device.capacity, memoryBytes: 2e9 };
  const { forDevices } = place.coordinator;
  await forDevices.reportCapacity(device.id, { run: device.run, capacity, examples: 3 });
  await device.reportCapacity();
  expect(await eventsOf()).toBe(4);
});

test('a device that leaves again and again is told of a few times', async () => {
  const { devices } = await makeRun(place, { minimumDevices: 5 }, 2);
  for (let time = 0; time < 40; time++) {
    for (const device of devices) {
      await device.poll(0);
      await place.coordinator.forDevices.leave(device.id, device.run, `time ${time}`);
      await place.coordinator.forDevices.leave(device.id, device.run, `time ${time}`);
    }
  }
  await place.coordinator.stop();
  const log = await place.store.runs.listLog(1000);
  for (const device of devices) {
    const lines = log.filter((entry) => entry.device === device.id);
    // The first says that it has joined.
    expect(lines.map(({ text }) => text).slice(-2)).toEqual([
      'Has left: time 4.',
      '35 more lines of it within a minute are left out.',
    ]);
    expect(lines).toHaveLength(7);
  }
});
