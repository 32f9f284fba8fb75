import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A `legend` command that runs as a process of its own. */
export interface RunningCommand {
  /** Rejects where the command failed. */
  readonly stdout: Promise<string>;
  kill(): void;
}

const program = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));

/** Runs `legend` with these arguments, with a home of its own. */
export function runCommand(...args: readonly string[]): RunningCommand {
  const home = mkdtempSync(join(tmpdir(), 'legend-home-'));
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOME: home,
      LEGEND_OFFLINE: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [told, logged] = ['', ''];
  child.stdout.on('data', (part: Buffer) => {
    told += String(part);
  });
  child.stderr.on('data', (part: Buffer) => {
    logged += String(part);
  });
  const stdout = new Promise<string>((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(told);
      else reject(new Error(`legend ${args[0]} ended with ${code}: ${logged}`));
    });
  });
  stdout.catch(() => {});
  return { stdout, kill: () => child.kill('SIGKILL') };
}
