/**
 * What one lying device of ten does to a run, for every strategy and attack, with bounds on updates; and without them for
 * two strategies:
 *
 *     npm run bench:attacks
 *     npm run bench:attacks -- --out runs/attacks --results docs/results/attacks/table.md --seed 1
 *     npm run bench:attacks -- --strategies flora,rolora --attacks label-flip --rounds 16 --results slow.md
 *
 * Every cell is a run of `experiments/attacks.yaml` in a folder of its own. Those that are there are not run again, so
 * that the bench may be stopped at any time; the tables are written anew after each cell.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { strategyNames } from '@legend-fl/method';
import { roundRecordSchema } from '@legend-fl/runs';
import { loadExperiment } from '@legend-fl/simulator';
import { type Cell, type CellResult, formatTables } from './attacks/format-tables.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'runs/attacks') },
    results: { type: 'string', default: join(root, 'docs/results/attacks/table.md') },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '6' },
    strategies: { type: 'string', default: strategyNames.join(',') },
    /** Those first that are hardest to tell from honest updates. */
    attacks: { type: 'string', default: 'label-flip,weight,not-finite,head,sign-flip,constant,huge' },
  },
});

/** Without bounds; values that are not finite are refused in any case. */
const UNBOUNDED = ['legend', 'fedlora'];

const strategies = values.strategies.split(',');
const cells = [null, ...values.attacks.split(',')].flatMap((attack): Cell[] => [
  ...strategies.map((strategy) => ({ strategy, attack, bounds: true })),
  ...strategies
    .filter((strategy) => UNBOUNDED.includes(strategy) && attack !== 'not-finite')
    .map((strategy) => ({ strategy, attack, bounds: false })),
]);
const results: CellResult[] = [];
for (const cell of cells) {
  const name = [cell.strategy, cell.attack ?? 'undisturbed', ...(cell.bounds ? [] : ['unbounded'])].join('_');
  const folder = join(values.out, `seed-${values.seed}-rounds-${values.rounds}`, name);
  runCell(folder, await writeExperiment(folder, cell));
  results.push(await readCell(folder, cell));
  await mkdir(dirname(values.results), { recursive: true });
  await writeFile(values.results, formatTables(results));
}

async function writeExperiment(folder: string, { strategy, attack, bounds }: Cell): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'experiment.json');
  const changes = {
    seed: Number(values.seed),
    rounds: Number(values.rounds),
    strategies: [strategy],
    attack: attack === null ? null : { kind: attack, devices: 1 },
    ...(!bounds && { bounds: null }),
  };
  await writeFile(
    path,
    JSON.stringify(await loadExperiment(join(root, 'experiments/attacks.yaml'), changes)),
  );
  return path;
}

/** Runs what is left of a cell. One that fails, as it may without bounds, leaves its error in `failed.txt`. */
function runCell(folder: string, experiment: string): void {
  const [out, failed] = [join(folder, 'run'), join(folder, 'failed.txt')];
  // The report is written when the only strategy of a run has finished.
  if (existsSync(failed) || existsSync(join(out, 'report.html'))) return;
  const command = [join(root, 'packages/cli/src/main.ts'), 'simulate', experiment, '--out', out];
  const resume = existsSync(join(out, 'summary.json')) ? ['--resume'] : [];
  console.log(folder);
  const { status, stderr } = spawnSync(process.execPath, [...command, ...resume], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 130) process.exit(130);
  if (status !== 0) writeFileSync(failed, stderr);
}

async function readCell(folder: string, cell: Cell): Promise<CellResult> {
  const path = join(folder, 'run', cell.strategy, 'rounds.jsonl');
  const text = existsSync(path) ? await readFile(path, 'utf8') : '';
  const rounds = text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => roundRecordSchema.parse(JSON.parse(line)));
  const failed = existsSync(join(folder, 'failed.txt'));
  return { ...cell, accuracy: failed ? null : (rounds.at(-1)?.accuracy ?? null), rounds };
}
