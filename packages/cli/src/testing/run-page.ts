import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { type Block, fileNameOf } from './read-page.ts';
import { labelledRows, newFolder, writeRows } from './run-legend.ts';

const program = fileURLToPath(new URL('../main.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** BERT with 3 blocks and, like MiniLM, without a head. */
const headlessModel = join(root, 'testdata/models/bert-headless-f16');

/** Ends what a page left running. */
type OnFinished = TestContext['onTestFinished'];

/**
 * Does what a page tells its reader to do, in a folder of its own, offline: saves its files, runs its blocks `sh run` to
 * their end and leaves its blocks `sh start` running. The next `sh run` waits for all of them but coordinators. Names that
 * stand for something on the network are replaced by small things of the same kind, see `substitutes`.
 */
export async function runPage(blocks: readonly Block[], onFinished: OnFinished): Promise<void> {
  const folder = await newFolder();
  const substitute = await substitutes(folder);
  const environment = await shellEnvironment(folder);
  const start = async (text: string) =>
    startShell(await substitute(text), { cwd: folder, env: environment, onFinished });
  const devices: Promise<void>[] = [];
  for (const block of blocks) {
    const name = fileNameOf(block);
    if (name !== undefined) await writeFile(join(folder, name), await substitute(block.text));
    if (block.language !== 'sh') continue;
    if (block.words.includes('run')) {
      await Promise.all(devices);
      await ended(await start(block.text));
    }
    if (block.words.includes('start')) {
      const outcome = ended(await start(block.text));
      if (block.text.includes('legend serve')) await Promise.race([isServing(folder), outcome]);
      else devices.push(outcome);
      // Whoever waits for it sees the failure; a coordinator is ended with the test.
      outcome.catch(() => undefined);
    }
  }
}

/** Replaces what a page names and this machine does not have; everything else of a page stays as it is. */
async function substitutes(folder: string): Promise<(text: string) => Promise<string>> {
  const data = await writeRows(labelledRows(120, 1));
  const port = await freePort();
  const { name } = JSON.parse(await readFile(join(root, 'packages/base/package.json'), 'utf8'));
  const scope = dirname(name);
  const replacements: readonly (readonly [string, string])[] = [
    ['minilm-l6', headlessModel],
    ['path/to/model', headlessModel],
    ['movie-reviews', data],
    ['npx legend serve', `npx legend serve --port ${port}`],
    ['127.0.0.1:8765', `127.0.0.1:${port}`],
    ['@legend-fl/', `${scope}/`],
  ];
  return async (text) => {
    let replaced = text;
    for (const [from, to] of replacements) replaced = replaced.replaceAll(from, to);
    // Printed on a terminal; where stdout is a pipe, it is in a file.
    return replaced.includes('lj_…') ? replaced.replaceAll('lj_…', await joinToken(folder)) : replaced;
  };
}

/** A PATH on which `npx legend` is the program of this repository, and packages that a script can import. */
async function shellEnvironment(folder: string): Promise<NodeJS.ProcessEnv> {
  const home = await newFolder();
  const npx = `#!/bin/sh\n[ "$1" = legend ] || exit 127\nshift\nexec "${process.execPath}" "${program}" "$@"\n`;
  await writeFile(join(home, 'npx'), npx, { mode: 0o755 });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(home, 'state'));
  const path = [home, dirname(process.execPath), process.env.PATH].join(':');
  return { PATH: path, HOME: join(home, 'state'), LEGEND_OFFLINE: '1' };
}

interface Shell {
  readonly child: ChildProcess;
  readonly script: string;
  readonly output: () => string;
}

interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onFinished: OnFinished;
}

function startShell(script: string, { cwd, env, onFinished }: Surroundings): Shell {
  // A group of its own, so that what the shell started ends with it.
  const child = spawn('sh', ['-e', '-c', script], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  onFinished(() => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  });
  return { child, script, output: () => output };
}

async function ended({ child, script, output }: Shell): Promise<void> {
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`Ended with code ${code}:\n${script}\n\n${output()}`);
}

/** Waits until a coordinator has written its join token, which it does once it listens. */
async function isServing(folder: string): Promise<void> {
  while ((await tokenFiles(folder)).length === 0) await sleep(50);
}

async function joinToken(folder: string): Promise<string> {
  const [file] = await tokenFiles(folder);
  if (file === undefined) throw new Error('A page uses a join token before it starts a coordinator.');
  return (await readFile(join(folder, 'coordinator', file), 'utf8')).trim();
}

async function tokenFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'coordinator')).catch(() => []);
  return names.filter((name) => name.startsWith('join-token-'));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}
