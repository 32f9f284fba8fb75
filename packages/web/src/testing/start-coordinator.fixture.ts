import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** `legend serve` as a person starts it, on a folder of its own. */
export interface RealCoordinator {
  readonly livePage: string;
  readonly joinLink: string;
  readonly url: string;
  readonly joinToken: string;
  /** The run's folder, which is written when it is finished; `summary.json` last. */
  readonly runFolder: string;
  /** Everything that it has logged. */
  log(): string;
  stop(): Promise<void>;
}

const command = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
export const tinyModel = fileURLToPath(new URL('../../../../testdata/models/bert', import.meta.url));

const startedSchema = z.object({
  livePage: z.string(),
  joinLink: z.string(),
  url: z.string(),
  joinToken: z.string(),
  run: z.string(),
});

/** A run of the tiny BERT (3 blocks; cold, warm, old) in which the devices score. */
export async function startCoordinator(
  settings: Readonly<Record<string, unknown>>,
): Promise<RealCoordinator> {
  const folder = await mkdtemp(join(tmpdir(), 'legend-coordinator-'));
  const runFile = join(folder, 'run.json');
  const defaults = { name: 'Tiny', model: tinyModel, classes: ['cold', 'warm', 'old'], minimumCohort: 1 };
  const run = { ...defaults, ...settings };
  await writeFile(runFile, JSON.stringify(run));
  const child = spawn(
    process.execPath,
    [command, 'serve', runFile, '--port', '0', '--json', '--dir', join(folder, 'data')],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let [told, logged] = ['', ''];
  child.stderr.on('data', (part: Buffer) => {
    logged += String(part);
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      told += String(part);
      if (told.endsWith('}\n')) resolve();
    });
    void ended.then(() => reject(new Error(`legend serve ended: ${logged}`)));
  });
  const answer = startedSchema.parse(JSON.parse(told));
  return {
    ...answer,
    runFolder: join(folder, 'data', 'runs', answer.run),
    log: () => logged,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
