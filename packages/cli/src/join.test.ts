import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SmallRun } from '@legend-fl/device/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import {
  type Ended,
  labelledRows,
  newFolder,
  startLegend,
  startLegendWith,
  writeRows,
  writeTextFile,
} from './testing/run-legend.ts';

const certificate = (name: string) =>
  fileURLToPath(new URL(`../../../testdata/certificates/${name}`, import.meta.url));

let small: SmallRun;
/** Where the devices of a test keep themselves. */
let home: string;
let data: string;

beforeEach(async () => {
  small = new SmallRun();
  await small.start();
  home = await newFolder();
  data = await writeRows(labelledRows(30, 1));
});
afterEach(() => small.server.stop());

/** Joins with a single thread, so that tests leave room for others. */
const start = (...args: readonly string[]) =>
  startLegendWith({ HOME: home }, 'join', small.server.url, '--data', data, '--max-threads', '1', ...args);
const join = (...args: readonly string[]): Promise<Ended> => start(...args).ended;
const enrolments = () => small.server.requests(/POST \/v1\/devices/);

describe('legend join', () => {
  test('takes part until the run is finished, and needs its token once', async () => {
    small.assign(1);
    small.finish();
    const token = await writeTextFile('token', 'lj_file\n');
    const first = await join('--token-file', token, '--name', 'desk', '--json');
    expect(first.stderr).toMatch(/round 1 of 5: depth 2, ranks 2 3, 4 steps/);
    expect(first.stderr).toMatch(/the run is finished: all rounds done/);
    expect(JSON.parse(first.stdout)).toEqual({
      reason: 'all rounds done',
      updates: 1,
      rejected: 0,
      late: 0,
      device: 'device-1',
      run: 'run-1',
      lastLoss: expect.any(Number),
      heldOutAccuracy: null,
    });
    expect(first.code).toBe(0);
    expect(enrolments()[0]?.body).toMatchObject({ token: 'lj_file', name: 'desk' });
    small.finish();
    const second = await join();
    expect(second).toMatchObject({ code: 0, stdout: '0 updates counted, 0 did not\n' });
    expect(enrolments()).toHaveLength(1);
  });

  test('says of an update that came too late that nothing is wrong, and of another what is', async () => {
    small.server.breakDown(
      /updates/,
      { kind: 'refuse', code: 'round-closed' },
      { kind: 'refuse', code: 'update-invalid' },
    );
    small.assign(1);
    small.assign(2);
    small.finish();
    const { code, stderr, stdout } = await join('--token', 'lj_late');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /round 1 continues without this device: its update came too late, which is not an error/,
    );
    expect(stderr).toMatch(
      /round 2 continues without this device: Refused: update-invalid\. \(update-invalid\)/,
    );
    expect(stdout).toBe('0 updates counted, 2 did not: 1 came too late\n');
  });

  test('holds out and limits itself as it is told', async () => {
    small.finish();
    const options = [
      '--hold-out',
      '0.5',
      '--max-memory',
      '700',
      '--state',
      await newFolder(),
      '--only-when-idle',
    ];
    const { code } = await startLegendWith(
      { HOME: home, LEGEND_TOKEN: 'lj_env' },
      ...['join', small.server.url, '--data', data, '--max-threads', '1', ...options],
    ).ended;
    expect(code).toBe(0);
    expect(enrolments()[0]?.body).toMatchObject({ token: 'lj_env' });
    expect(small.server.requests(/capacity/)[0]?.body).toMatchObject({
      examples: 15,
      capacity: { memoryBytes: 700e6 },
    });
  });

  test('Ctrl-C takes leave and ends with 130', async () => {
    small.assign(1, { localSteps: 1_000_000 });
    const { child, ended } = start('--token', 'lj_a');
    child.stderr.on('data', (text: string) => {
      if (/round 1 of 5/.test(text)) child.kill('SIGINT');
    });
    const { code, stderr } = await ended;
    expect(stderr).toMatch(/left the run\n/);
    expect(stderr).toMatch(/the same command resumes as this device/);
    expect(code).toBe(130);
    expect(small.server.requests(/leave/)).toHaveLength(1);
  });

  test('a device that is revoked ends with 1, in one line', async () => {
    small.server.breakDown(/assignment/, { kind: 'refuse', code: 'device-revoked' });
    const { code, stderr } = await join('--token', 'lj_a');
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('error: Refused: device-revoked. (device-revoked)');
    expect(code).toBe(1);
  });

  test('speaks TLS with an authority that it is told to trust', async () => {
    await small.server.stop();
    const [cert, key] = await Promise.all(
      ['localhost.pem', 'localhost-key.pem'].map((name) => readFile(certificate(name), 'utf8')),
    );
    small = new SmallRun({ cert: cert ?? '', key: key ?? '' });
    await small.start();
    small.finish();
    const { code } = await join('--token', 'lj_a', '--ca-cert', certificate('localhost.pem'));
    expect(code).toBe(0);
  });
});

describe('bad input of join', () => {
  test('a token that is refused, or none', async () => {
    small.server.breakDown(/devices/, { kind: 'refuse', code: 'token-invalid' });
    expectBadInput(await join('--token', 'lj_x', '--json'), /token.*token-invalid/);
    expectBadInput(await join(), /join token.*token-missing/);
    expectBadInput(await join('--token-file', '/nowhere'), /token-file-unreadable/);
  });

  test('data that is missing does not cost the token', async () => {
    const ended = startLegend('join', small.server.url, '--token', 'lj_a', '--data', '/nowhere.csv').ended;
    expectBadInput(await ended, /nowhere\.csv/);
    expect(enrolments()).toEqual([]);
  });

  test('a label that is no class of the run', async () => {
    data = await writeRows([...labelledRows(5, 1), { text: 'x', label: 'hot' }]);
    const { code, stderr } = await join('--token', 'lj_a');
    expect(stderr).toMatch(/rows\.jsonl.*"cold", "warm", "old".*"hot"/);
    expect(code).toBe(2);
  });

  test('an address that is none, not safe, or no coordinator’s', async () => {
    const at = (url: string) => startLegend('join', url, '--token', 'lj_a', '--data', data).ended;
    expectBadInput(await at('nowhere'), /url-invalid/);
    expectBadInput(await at('http://192.0.2.1'), /--allow-plain-http.*url-not-safe/);
    small.server.breakDown(/GET \/v1$/, { kind: 'foreign', status: 404 });
    expectBadInput(await at(small.server.url), /coordinator-unknown/);
  });

  test('options out of range', async () => {
    for (const options of [
      ['--hold-out', '1'],
      ['--max-memory', '0'],
      ['--name', ' '],
      ['--max-threads', 'x'],
    ]) {
      const { code, stderr } = await join('--token', 'lj_a', ...options);
      expect(stderr).toMatch(/Expected a/);
      expect(code).toBe(2);
    }
    expectBadInput(await join('--token', 'a', '--token-file', 'b'), /cannot be used with/);
    expectBadInput(await join('--ca-cert', data), /certificate-invalid/);
    expect(enrolments()).toEqual([]);
  });
});
