import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newFolder } from './testing/run-legend.ts';

/** What a clone does before and while it is set up: its lock file, and the command `legend`. */

const root = fileURLToPath(new URL('../../../', import.meta.url));
const entryPath = 'node_modules/zod';

interface Entry {
  integrity?: string;
  resolved?: string;
}

describe('the check of the lock file', () => {
  const check = (file: string) =>
    run(process.execPath, [join(root, 'scripts/check-lockfile.js'), file], root);

  async function lockWith(change: (entry: Entry) => void): Promise<string> {
    const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Entry>;
    };
    const entry = lock.packages[entryPath];
    if (entry === undefined) throw new Error(`${entryPath} is not locked.`);
    change(entry);
    const file = join(await newFolder(), 'package-lock.json');
    await writeFile(file, JSON.stringify(lock));
    return file;
  }

  test('passes ours', async () => {
    expect(await check(join(root, 'package-lock.json'))).toEqual({ code: 0, output: '' });
  });

  test.each<[string, (entry: Entry) => void, RegExp]>([
    ['without an integrity', (entry) => delete entry.integrity, /has no integrity/],
    [
      'with a weak one',
      (entry) => (entry.integrity = 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk='),
      /no SHA-512: sha1-/,
    ],
    [
      'with an address',
      (entry) => (entry.resolved = 'https://registry.example/zod.tgz'),
      /where it was fetched/,
    ],
  ])('names a package %s', async (_, change, complaint) => {
    const { code, output } = await check(await lockWith(change));
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^${entryPath} \\d\\S+: `));
    expect(output).toMatch(complaint);
  });
});

test('npx legend in a clone that is not set up says so, and asks no registry', async () => {
  const clone = await newFolder();
  await mkdir(join(clone, 'scripts'));
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'scripts/legend.js']) {
    await cp(join(root, file), join(clone, file));
  }
  const asked: string[] = [];
  const registry = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.writeHead(404).end('{}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void registry.close());
  await once(registry, 'listening');
  const { code, output } = await run('npx', ['legend', 'serve'], clone, {
    npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`,
    npm_config_cache: await newFolder(),
  });
  expect(output.trimEnd().split('\n').at(-1)).toMatch(
    /^error: .*expected this clone to be set up.*\(not-set-up\)$/,
  );
  expect(code).toBe(2);
  expect(asked).toEqual([]);
});

test('the command of a clone that is set up is legend', async () => {
  const { code, output } = await run(process.execPath, [join(root, 'scripts/legend.js'), '--help'], root);
  expect(output).toMatch(/^Usage: legend /);
  expect(code).toBe(0);
});

interface Ended {
  readonly code: number | null;
  /** Of stdout and stderr together. */
  readonly output: string;
}

async function run(
  program: string,
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
