import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { run, type Started, start, tinyModel, writeRows } from './user-project.ts';

/** The command `legend` where npm has installed it, on both versions of Node that it is made for. */

const folder = inject('installed');
const legend = join(folder, 'node_modules/legend-fl/dist/main.js');

beforeAll(() => writeRows(join(folder, 'rows.jsonl'), 60));

test('npx legend tells its version', async () => {
  const { version } = JSON.parse(await readFile(join(folder, 'node_modules/legend-fl/package.json'), 'utf8'));
  const ended = await run('npx', ['legend', '--version'], folder);
  expect(ended).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  expect(await run('npx', ['legend-fl', '--version'], folder)).toEqual(ended);
});

describe.each([
  ['22.18', inject('olderNode')],
  ['24', process.execPath],
])('on Node %s', (version, node) => {
  const out = (name: string) => join(folder, `${name} ${version}`);

  test('it is that Node', async () => {
    expect((await run(node, ['--version'], folder)).stdout).toContain(`v${version}.`);
  });

  test('simulates, and writes a report', async () => {
    const options = ['--model', tinyModel, '--data', 'rows.jsonl', '--rounds', '2', '--devices', '4'];
    const { stdout, stderr } = await run(
      node,
      [legend, 'simulate', ...options, '--strategy', 'legend,fedlora', '--out', out('run'), '--json'],
      folder,
    );
    expect(JSON.parse(stdout).strategies).toHaveLength(2);
    expect(stderr).not.toContain('Warning');
    expect(await readFile(join(out('run'), 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  test('trains on half-precision states to the bits of the other Node', async () => {
    const states = ['--trunk-cache', out('states'), '--trunk-cache-type', 'f16'];
    const options = ['--model', tinyModel, '--data', 'rows.jsonl', '--depth', '1', '--threads', '1'];
    await run(node, [legend, 'train', ...options, ...states, '--out', out('adapter')], folder);
    const written = (name: string) => readFile(join(name, 'adapter_model.safetensors'));
    const other = join(folder, 'adapter 22.18');
    expect(existsSync(other)).toBe(true);
    expect((await written(out('adapter'))).equals(await written(other))).toBe(true);
  });

  test('coordinates a run that three devices finish', async () => {
    const dir = out('coordinator');
    const flags = ['--model', tinyModel, '--data', 'rows.jsonl', '--rounds', '1', '--json'];
    const serving = start(node, [legend, 'serve', ...flags, '--port', '0', '--dir', dir], folder);
    try {
      const { url, joinToken } = await told(serving);
      for (const page of ['/', '/join']) {
        const text = await (await fetch(new URL(page, url))).text();
        const scripts = Array.from(
          text.matchAll(/(?:src|href|data-worker)="(\/[^"]+)"/g),
          ([, path]) => path,
        );
        expect(scripts.length).toBeGreaterThan(1);
        for (const path of scripts) expect((await fetch(new URL(path ?? '', url))).status, path).toBe(200);
      }
      const devices = [1, 2, 3].map((device) => {
        const own = ['--part', `${device}/3`, '--max-threads', '1', '--state', out(`device ${device}`)];
        const token = { LEGEND_TOKEN: joinToken };
        return run(node, [legend, 'join', url, '--data', 'rows.jsonl', ...own], folder, token);
      });
      for (const { stderr } of await Promise.all(devices)) expect(stderr).not.toContain('Warning');
    } finally {
      serving.child.kill('SIGINT');
    }
    expect((await serving.ended).code).toBe(130);
  });
});

/** What a coordinator says once it serves. */
async function told({
  child,
  ended,
}: Started): Promise<{ readonly url: string; readonly joinToken: string }> {
  let text = '';
  const whole = new Promise<{ url: string; joinToken: string }>((resolve) => {
    child.stdout?.on('data', (part: string) => {
      text += part;
      try {
        resolve(JSON.parse(text));
      } catch {
        // Not all of it has come yet.
      }
    });
  });
  const failed = ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
  return Promise.race([whole, failed]);
}
