import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeStrategyContract } from '@legend-fl/method/contract';
import type { StrategyFactory } from '@legend-fl/simulator';
import { describe, expect, test } from 'vitest';
import {
  labelledRows,
  newFolder,
  runLegend,
  startLegendWith,
  tinyModel,
  writeRows,
} from './testing/run-legend.ts';
import { startServing } from './testing/start-serving.ts';

/** Every folder of `examples`, on the smallest model and for two rounds. */

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const simulated = ['01-your-own-strategy', '02-your-own-fleet'];
const real = '03-real-devices';

test('examples are numbered and say how to run them', () => {
  expect(readdirSync(examples)).toEqual([...simulated, real]);
  for (const folder of simulated) {
    expect(readdirSync(join(examples, folder))).toEqual(
      expect.arrayContaining(['README.md', 'experiment.yaml']),
    );
  }
  expect(readdirSync(join(examples, real))).toEqual(['README.md', 'run.yaml']);
});

const small = async (folder: string) => [
  ...['simulate', join(examples, folder, 'experiment.yaml'), '--model', tinyModel],
  ...['--data', await writeRows(labelledRows(60, 1)), '--rounds', '2', '--json'],
  ...['--out', join(await newFolder(), 'run')],
];

describe.each(simulated)('%s', (folder) => {
  test('runs', async () => {
    const { code, stdout, stderr } = await runLegend(...(await small(folder)));
    expect(code, stderr).toBe(0);
    const { strategies } = JSON.parse(stdout);
    expect(strategies.length).toBeGreaterThan(1);
    for (const { rounds } of strategies) expect(rounds).toBe(2);
  });
});

test('the flaky Jetsons run in the place of the office', async () => {
  const fleet = join(examples, '02-your-own-fleet', 'flaky-jetsons.yaml');
  const options = await small('02-your-own-fleet');
  const { code, stderr } = await runLegend(...options, '--fleet', fleet, '--devices', '10');
  expect(code, stderr).toBe(0);
});

test('three real devices finish the run, and its adapter scores above the untrained one', async () => {
  const dir = join(await newFolder(), 'coordinator');
  const data = await writeRows(labelledRows(120, 1));
  const model = ['--model', tinyModel, '--data', data];
  const run = join(examples, real, 'run.yaml');
  const { url, joinToken } = await startServing(run, ...model, '--dir', dir);
  const devices = [2, 3, 4].map(async (seed) => {
    const own = ['--data', await writeRows(labelledRows(60, seed)), '--state', await newFolder()];
    const token = { LEGEND_TOKEN: joinToken ?? '' };
    return startLegendWith(token, 'join', url, ...own, '--max-threads', '1').ended;
  });
  for (const { code, stderr } of await Promise.all(devices)) expect(code, stderr).toBe(0);
  const untrained = JSON.parse((await runLegend('eval', ...model, '--json')).stdout);
  const adapter = join(dir, 'runs', 'reviews', 'adapter');
  const trained = JSON.parse((await runLegend('eval', ...model, '--adapter', adapter, '--json')).stdout);
  expect(trained.accuracy).toBeGreaterThan(untrained.accuracy + 0.2);
});

const { default: halfDepth }: { readonly default: StrategyFactory } = await import(
  join(examples, '01-your-own-strategy', 'strategy.ts')
);
describeStrategyContract('half-depth', () => halfDepth({}));
