import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@legend-fl/base';

/** Runs the real program as a child process, offline, with nothing in its caches, on the smallest model. */

const program = fileURLToPath(new URL('../main.ts', import.meta.url));
/** The working and home folder of `legend`. */
export const home = mkdtempSync(join(tmpdir(), 'legend-home-'));

/** BERT with 3 blocks, hidden size 32, 64 positions and a head of 3 classes. */
export const tinyModel = fileURLToPath(new URL('../../../../testdata/models/bert', import.meta.url));

/** How a command line ended. */
export interface Ended {
  /** Null where a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
}

/** Starts `legend` with these arguments. */
export function startLegend(...args: readonly string[]): Started {
  return startLegendWith({}, ...args);
}

/** Starts `legend` with more variables in its environment. */
export function startLegendWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Started {
  return startLegendIn({ env }, ...args);
}

export interface Surroundings {
  /** More variables in its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program with arguments that becomes `legend` when it is ready. */
  readonly launcher?: readonly string[];
}

/** Starts `legend` in these surroundings. */
export function startLegendIn({ env, launcher = [] }: Surroundings, ...args: readonly string[]): Started {
  const [first = '', ...others] = [...launcher, process.execPath, program, ...args];
  const child = spawn(first, others, {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOME: home,
      LEGEND_OFFLINE: '1',
      ...env,
    },
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

/** Runs `legend` with these arguments to its end. */
export function runLegend(...args: readonly string[]): Promise<Ended> {
  return startLegend(...args).ended;
}

export function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'legend-cli-'));
}

/** A file in a folder of its own. */
export async function writeTextFile(name: string, text: string): Promise<string> {
  const path = join(await newFolder(), name);
  await writeFile(path, text);
  return path;
}

/** A JSONL file of these rows. */
export function writeRows(rows: readonly object[]): Promise<string> {
  return writeTextFile('rows.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** Rows of three classes; the last word tells them apart. */
export function labelledRows(count: number, seed: number): { text: string; label: string }[] {
  const random = seededRandom(seed, 'rows');
  const words = {
    cold: ['cold', 'fog', 'rain'],
    warm: ['warm', 'sunday', 'tomatoes'],
    old: ['old', 'museum', 'letters'],
  };
  const classes = Object.entries(words);
  return Array.from({ length: count }, (_, index) => {
    const [label, last] = classes[index % classes.length] ?? ['', []];
    const start = ['the film was', 'it is', 'an open garden and'][random.integer(3)];
    return { text: `${start} ${last[random.integer(last.length)]}`, label };
  });
}

/** A copy of the smallest model, to be damaged. */
export async function copyTinyModel(): Promise<string> {
  const folder = join(await newFolder(), 'model');
  await cp(tinyModel, folder, { recursive: true });
  return folder;
}
