import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '@legend-fl/device';
import { createDeviceKey, secureRandom } from '@legend-fl/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import { newFolder, runLegend, startLegend, tinyModel, writeTextFile } from './testing/run-legend.ts';
import { type ServeStart, startServing } from './testing/start-serving.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

const runFile = (change = '') =>
  writeTextFile(
    'run.yaml',
    `name: demo\nmodel: ${tinyModel}\nclasses: [cold, warm, old]\nrounds: 2\n${change}`,
  );

function asOperator({ url, operatorToken }: ServeStart, path: string): Promise<Response> {
  return fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${operatorToken}` } });
}

async function enrol(url: string, token: string | null): Promise<{ device: string; run: string }> {
  const key = await createDeviceKey({ extractable: false });
  const sleep = async (): Promise<void> => undefined;
  const client = connect({ url, key, fetch, now: Date.now, random: secureRandom, sleep });
  const enrolment = { token: token ?? '', name: 'desk', runtime: { kind: 'node', about: 'cpu' } } as const;
  return client.enrol(enrolment, { signal: new AbortController().signal, retry: false });
}

describe('legend serve', () => {
  test('tells how to operate and to join, serves the page, and goes on where it was', async () => {
    const dir = join(await newFolder(), 'data');
    const run = await runFile();
    const first = await startServing(run, '--dir', dir);
    expect(first.run).toBe('demo');
    expect(first.operatorToken).toMatch(/^lo_[\w-]{43}$/);
    expect(first.joinToken).toMatch(/^lj_[\w-]{32}$/);
    expect(first.livePage).toBe(`${first.url}/#operator=${first.operatorToken}`);
    expect(first.joinLink).toBe(`${first.url}/join#token=${first.joinToken}`);
    expect(first.joinCommand).toContain(`legend-fl join ${first.url} --token ${first.joinToken}`);
    expect(await (await fetch(first.url)).text()).toContain('<title>Legend</title>');
    const enrolled = await enrol(first.url, first.joinToken);
    expect(enrolled.run).toBe('demo');
    first.child.kill('SIGINT');
    const ended = await first.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain('everything is stored');
    expect(ended.stderr).toContain('"msg":"device enrolled"');
    for (const secret of [first.operatorToken, first.joinToken]) expect(ended.stderr).not.toContain(secret);

    const second = await startServing(run, '--dir', dir);
    expect([second.run, second.operatorToken, second.joinToken]).toEqual(['demo', null, null]);
    const devices = await (
      await asOperator({ ...second, operatorToken: first.operatorToken }, '/v1/operator/devices')
    ).json();
    expect(devices).toMatchObject([{ id: enrolled.device, run: 'demo', name: 'desk' }]);
    expect((await enrol(second.url, first.joinToken)).run).toBe('demo');
  });

  test('loses nothing when it is killed', async () => {
    const dir = join(await newFolder(), 'data');
    const first = await startServing(await runFile(), '--dir', dir);
    const { device } = await enrol(first.url, first.joinToken);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await startServing('--dir', dir);
    expect(second.run).toBe('demo');
    const devices = await asOperator(
      { ...second, operatorToken: first.operatorToken },
      '/v1/operator/devices',
    );
    expect(await devices.json()).toMatchObject([{ id: device }]);
  });

  test('begins without a run, which the live page then makes', async () => {
    const told = await startServing('--dir', join(await newFolder(), 'data'));
    expect([told.run, told.joinToken]).toEqual([null, null]);
    const made = await fetch(`${told.url}/v1/operator/runs`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${told.operatorToken}` },
      body: JSON.stringify({ name: 'from the page', model: tinyModel, classes: ['a', 'b', 'c'] }),
    });
    expect(await made.json()).toMatchObject({ id: 'from-the-page' });
  });

  test('prints a block for people, and no token where it is not to a terminal: those are in files', async () => {
    const dir = await newFolder();
    const { child, ended } = startLegend('serve', await runFile(), '--dir', dir, '--port', '0');
    child.stdout.on('data', (text: string) => text.includes('Ctrl-C') && child.kill('SIGTERM'));
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^coordinator {2}http:\/\/127\.0\.0\.1:\d+, folder /);
    expect(stdout).toMatch(/^live page {4}http:\S+\/$/m);
    const [operatorFile, joinFile] = [join(dir, 'operator-token'), join(dir, 'join-token-demo')];
    expect(stdout).toContain(`(the operator token is in ${operatorFile})`);
    expect(stdout).toMatch(
      /^join {9}npx legend-fl join http:\S+ --token-file \S+\/join-token-demo --data FILE$/m,
    );
    expect(stdout).toMatch(/\(admits 20 devices until \d{4}-\S+Z; /);
    expect(stdout + stderr).not.toMatch(/l[oj]_[\w-]{20}/);
    expect(await readFile(operatorFile, 'utf8')).toMatch(/^lo_[\w-]{43}\n$/);
    expect(await readFile(joinFile, 'utf8')).toMatch(/^lj_[\w-]{32}\n$/);
    for (const file of [operatorFile, joinFile]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  // `script` is how a program without a terminal lends one to another.
  test.runIf(process.platform === 'linux')(
    'prints the tokens to a terminal, and writes no files',
    async () => {
      const dir = await newFolder();
      const command = [process.execPath, program, 'serve', await runFile(), '--dir', dir, '--port', '0'].join(
        ' ',
      );
      const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
        env: { PATH: process.env.PATH, HOME: dir, LEGEND_OFFLINE: '1' },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let shown = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
        // As Ctrl-C comes from a keyboard.
        if (text.includes('Ctrl-C')) child.stdin.write('\x03');
      });
      const [code] = (await once(child, 'close')) as [number];
      expect(code).toBe(130);
      expect(shown).toMatch(/^live page {4}http:\S+\/#operator=lo_[\w-]{43}\r$/m);
      expect(shown).toMatch(/^join {9}LEGEND_TOKEN=lj_[\w-]{32} npx legend-fl join http:\S+ --data FILE\r$/m);
      expect((await readdir(dir)).filter((name) => name.includes('token'))).toEqual([]);
    },
  );

  test('lets in as many devices with the first token as it is told', async () => {
    const dir = await newFolder();
    const told = await startServing(await runFile(), '--dir', dir, '--join-uses', '2');
    await enrol(told.url, told.joinToken);
    await enrol(told.url, told.joinToken);
    await expect(enrol(told.url, told.joinToken)).rejects.toMatchObject({ code: 'token-used' });
    const any = await startServing(await runFile(), '--dir', await newFolder(), '--join-uses', 'any');
    const [token] = (await (await asOperator(any, '/v1/operator/tokens')).json()) as {
      usesLeft: number | null;
    }[];
    expect(token?.usesLeft).toBeNull();
    const usual = await startServing(await runFile(), '--dir', await newFolder());
    expect(await (await asOperator(usual, '/v1/operator/tokens')).json()).toMatchObject([{ usesLeft: 20 }]);
  });

  test('keeps its folder to itself, also one that was open to others', async () => {
    const dir = await newFolder();
    await chmod(dir, 0o755);
    const told = await startServing(await runFile(), '--dir', dir);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    for (const name of ['coordinator.sqlite', 'operator-token', 'join-token-demo']) {
      expect((await stat(join(dir, name))).mode & 0o077).toBe(0);
    }
    expect([told.operatorTokenFile, told.joinTokenFile]).toEqual([
      join(dir, 'operator-token'),
      join(dir, 'join-token-demo'),
    ]);
    told.child.kill('SIGINT');
    expect((await told.ended).stderr).toContain('its mode is now 0700');
  });

  test('refuses other settings for a run that was begun', async () => {
    const dir = await newFolder();
    const first = await startServing(await runFile(), '--dir', dir);
    first.child.kill('SIGINT');
    await first.ended;
    const ended = await runLegend('serve', await runFile('seed: 2\n'), '--dir', dir, '--port', '0');
    expectBadInput(lastLine(ended), /the settings of run demo, or none, to resume it.*\(run-exists\)/);
  });

  test.each([
    [['--host', '0.0.0.0'], /--allow-plain-http.*\(plain-http\)/],
    [['--tls-cert', 'x.pem'], /--tls-cert alone.*\(certificate-incomplete\)/],
    [['--tls-cert', 'x.pem', '--tls-key', 'y.pem'], /\(certificate-unreadable\)/],
    [['--port', '70000'], /from 0 to 65535/],
    [['--public-url', 'host:1'], /begins with https/],
    [['--rounds', '3', '--model', tinyModel], /Name held-out data.*\(run-settings-invalid\)/],
    [['nowhere.yaml'], /no such file.*\(file-unreadable\)/],
  ])('with %j is bad usage', async (args, message) => {
    const ended = await runLegend('serve', '--dir', await newFolder(), '--port', '0', ...args);
    expectBadInput(lastLine(ended), message);
  });

  test('refuses a port and a folder that are in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const dir = await newFolder();
    const ended = await runLegend('serve', await runFile(), '--dir', dir, '--port', String(port));
    expectBadInput(lastLine(ended), /\(port-in-use\)/);
    // The tokens were not told, so they are told now.
    const told = await startServing(await runFile(), '--dir', dir);
    expect(told.operatorToken).not.toBeNull();
    expect(told.joinToken).not.toBeNull();
    const second = await runLegend('serve', await runFile(), '--dir', dir, '--port', '0');
    expectBadInput(lastLine(second), /\(folder-in-use\)/);
  });

  test('speaks TLS to other machines', async () => {
    const file = (name: string) =>
      fileURLToPath(new URL(`../../../testdata/certificates/${name}`, import.meta.url));
    const tls = ['--tls-cert', file('localhost.pem'), '--tls-key', file('localhost-key.pem')];
    const told = await startServing('--dir', await newFolder(), '--host', '0.0.0.0', ...tls);
    expect(told.url).toMatch(/^https:\/\/(?!0\.0\.0\.0)/);
    const known = await startServing('--dir', await newFolder(), '--public-url', 'https://legend.example/');
    expect(known.livePage).toMatch(/^https:\/\/legend\.example\/#operator=lo_/);
  });
});

describe('legend token', () => {
  test('makes, lists and revokes while the coordinator does not run', async () => {
    const dir = await newFolder();
    const first = await startServing(await runFile(), '--dir', dir);
    first.child.kill('SIGINT');
    await first.ended;
    const place = ['--dir', dir, '--json'];
    const created = await runLegend(
      'token',
      'create',
      '--label',
      'lab',
      '--uses',
      'any',
      '--hours',
      '2',
      ...place,
    );
    const { id, token } = JSON.parse(created.stdout) as { id: string; token: string };
    const listed = JSON.parse((await runLegend('token', 'list', ...place)).stdout) as { id: string }[];
    expect(listed.at(-1)).toMatchObject({ id, run: 'demo', label: 'lab', usesLeft: null, revoked: false });
    expect(JSON.stringify(listed)).not.toContain(token);
    const operator = JSON.parse((await runLegend('token', 'operator', ...place)).stdout) as {
      operatorToken: string;
    };

    const second = await startServing('--dir', dir);
    expect((await enrol(second.url, token)).run).toBe('demo');
    expect((await asOperator(first, '/v1/operator/runs').catch(() => undefined))?.status).not.toBe(200);
    const { operatorToken } = operator;
    expect((await asOperator({ ...second, operatorToken }, '/v1/operator/runs')).status).toBe(200);
    second.child.kill('SIGINT');
    await second.ended;
    expect((await runLegend('token', 'revoke', id, ...place)).code).toBe(0);
    const third = await startServing('--dir', dir);
    await expect(enrol(third.url, token)).rejects.toMatchObject({ code: 'token-revoked' });
  });

  test('asks a coordinator that runs', async () => {
    const dir = await newFolder();
    const told = await startServing(await runFile(), '--dir', dir);
    const refused = await runLegend('token', 'create', '--dir', dir);
    expectBadInput(refused, /--url URL --operator-token-file FILE.*\(store-in-use\)/);
    const file = join(await newFolder(), 'operator');
    await writeFile(file, `${told.operatorToken}\n`);
    const place = ['--url', told.url, '--operator-token-file', file];
    const created = await runLegend('token', 'create', ...place);
    expect(created.stdout).toMatch(/^join {9}LEGEND_TOKEN=lj_\S+ npx legend-fl join http:\S+ --data FILE$/m);
    const token = /lj_\S+/.exec(created.stdout)?.[0] ?? '';
    expect((await enrol(told.url, token)).run).toBe('demo');
    await expect(enrol(told.url, token)).rejects.toMatchObject({ code: 'token-used' });
    const listed = JSON.parse((await runLegend('token', 'list', ...place, '--json')).stdout) as {
      id: string;
    }[];
    expect(listed).toHaveLength(2);
    expect((await runLegend('token', 'revoke', listed[1]?.id ?? '', ...place)).stdout).toMatch(/^revoked /);
    expectBadInput(await runLegend('token', 'revoke', 'nothing', ...place), /\(not-found\)/);
    await writeFile(file, `lo_${'A'.repeat(43)}`);
    expectBadInput(await runLegend('token', 'list', ...place), /\(credential-invalid\)/);
  });

  test('writes tokens into files instead of telling them', async () => {
    const dir = await newFolder();
    const first = await startServing(await runFile(), '--dir', dir);
    first.child.kill('SIGINT');
    await first.ended;
    const [joinFile, operatorFile] = [join(dir, 'for-the-lab'), join(dir, 'operator-token')];
    const created = await runLegend('token', 'create', '--dir', dir, '--out', joinFile);
    expect(created.stdout).toContain(
      `join         npx legend-fl join URL --token-file ${joinFile} --data FILE`,
    );
    const replaced = await runLegend('token', 'operator', '--dir', dir, '--out', operatorFile, '--json');
    expect(JSON.parse(replaced.stdout)).toEqual({ operatorTokenFile: operatorFile });
    expect(created.stdout + replaced.stdout).not.toMatch(/l[oj]_/);
    for (const file of [joinFile, operatorFile]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    const second = await startServing('--dir', dir);
    await enrol(second.url, (await readFile(joinFile, 'utf8')).trim());
    const place = ['--url', second.url, '--operator-token-file', operatorFile, '--json'];
    const listed = await runLegend('token', 'list', ...place);
    expect(JSON.parse(listed.stdout)).toHaveLength(2);
    const more = await runLegend('token', 'create', ...place, '--out', joinFile);
    expect(JSON.parse(more.stdout)).toMatchObject({ tokenFile: joinFile, usesLeft: 1 });
    expect(more.stdout).not.toContain('lj_');
  });

  test.each([
    [['list', '--dir', '/nowhere'], /no coordinator.sqlite.*\(coordinator-missing\)/],
    [['list', '--url', 'http://127.0.0.1:1'], /\(operator-token-missing\)/],
    [['list', '--url', 'nonsense'], /\(url-invalid\)/],
    [['create', '--uses', '0'], /from 1, or any/],
  ])('%j is bad usage', async (args, message) => {
    expectBadInput(await runLegend('token', ...args), message);
  });
});

/** What a command said at last; what it logged before is JSON. */
function lastLine({ stderr, ...ended }: { code: number | null; stdout: string; stderr: string }) {
  return { ...ended, stderr: stderr.trimEnd().split('\n').at(-1) ?? '' };
}
