import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sampleRun } from './sample-run.ts';

/** A run folder whose rounds file is larger than the heap of the process that reads it. */
export class LargeRun {
  static readonly #heapMegabytes = 64;
  readonly rounds = 70;
  readonly folder: string;
  readonly roundsFile: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.roundsFile = join(folder, 'legend', 'rounds.jsonl');
  }

  static async write(): Promise<LargeRun> {
    const run = new LargeRun(await mkdtemp(join(tmpdir(), 'legend-large-')));
    await mkdir(join(run.folder, 'legend'));
    const { summary, rounds: records } = sampleRun({ devices: 2000, rounds: 1, strategies: ['legend'] });
    const strategies = summary.strategies.map((strategy) => ({ ...strategy, rounds: run.rounds }));
    await writeFile(join(run.folder, 'summary.json'), JSON.stringify({ ...summary, strategies }));
    const [, rest = ''] = JSON.stringify(records.get('legend')?.[0]).split('{"round":1,');
    for (let round = 1; round <= run.rounds; round++) {
      await appendFile(run.roundsFile, `{"round":${round},${rest}\n`);
    }
    const { size } = await stat(run.roundsFile);
    if (size <= 1e6 * LargeRun.#heapMegabytes) throw new Error(`${size} bytes fit into the heap.`);
    return run;
  }

  /** Runs a module in a process with little heap and returns its output. */
  async print(script: string): Promise<string> {
    const heap = `--max-old-space-size=${LargeRun.#heapMegabytes}`;
    const flags = [heap, '--input-type=module', '--eval', script];
    return (await promisify(execFile)(process.execPath, flags)).stdout;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
