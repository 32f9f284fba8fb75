import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { listPackages, root, tarballFolder } from '../list-packages.ts';

/** A project of somebody who uses Legend, and the programs that they run in it. */

/** The tarball of each package. */
export function listTarballs(): readonly { readonly name: string; readonly file: string }[] {
  return listPackages().map(({ manifest: { name, version } }) => ({
    name,
    file: join(tarballFolder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
  }));
}

/** A new folder outside the repository, with a space in its path. */
export async function newProject(name: string, manifest: object = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `legend packed ${name} `));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', ...manifest }),
  );
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** What npm tells the scripts of the package that it runs, which is not the one under test. */
const ofThisRun =
  /^npm_(package_|lifecycle_|command$|config_(local_prefix|global_prefix|prefix|globalconfig|call)$)/i;

/** This machine's, without the repository's programs on the PATH, except for its Node; offline for Legend. */
function environment(folder: string, more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !ofThisRun.test(name));
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => !place.includes('node_modules'));
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(process.execPath), ...places].join(delimiter),
    LEGEND_CACHE: join(folder, 'cache'),
    LEGEND_OFFLINE: '1',
    ...more,
  };
}

export function start(
  program: string,
  args: readonly string[],
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(program, args, {
    cwd: folder,
    env: environment(folder, more),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs a program to its end. Throws Error where it fails. */
export async function run(...args: Parameters<typeof start>): Promise<Ended> {
  const ended = await start(...args).ended;
  if (ended.code === 0) return ended;
  const [program, given] = args;
  throw new Error(`${program} ${given.join(' ')} ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
}

/** BERT with 3 blocks, hidden size 32 and 3 classes. */
export const tinyModel = join(root, 'testdata/models/bert');

/** Writes labelled texts, whose label shows in the last word, as JSON lines. */
export async function writeRows(path: string, count: number): Promise<void> {
  const words = [
    ['cold', 'fog'],
    ['warm', 'sunday'],
    ['old', 'letters'],
  ];
  const rows = Array.from({ length: count }, (_, index) => {
    const [label = '', other = ''] = words[index % words.length] ?? [];
    return JSON.stringify({ text: `the film was ${index % 2 === 0 ? label : other}`, label });
  });
  await writeFile(path, `${rows.join('\n')}\n`);
}
