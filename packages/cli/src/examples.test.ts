import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeStrategyContract } from '@legend/method/contract';
import type { StrategyFactory } from '@legend/simulator';
import { describe, expect, test } from 'vitest';
import { labelledRows, newFolder, runLegend, tinyModel, writeRows } from './testing/run-legend.ts';

/** Every folder of `examples`, on the smallest model and for two rounds. */

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const folders = readdirSync(examples);

test('examples are numbered and say how to run them', () => {
  expect(folders).toEqual(expect.arrayContaining(['01-your-own-strategy', '02-your-own-fleet']));
  for (const folder of folders) {
    expect(folder).toMatch(/^\d\d-[a-z-]+$/);
    expect(readdirSync(join(examples, folder))).toEqual(
      expect.arrayContaining(['README.md', 'experiment.yaml']),
    );
  }
});

const small = async (folder: string) => [
  ...['simulate', join(examples, folder, 'experiment.yaml'), '--model', tinyModel],
  ...['--data', await writeRows(labelledRows(60, 1)), '--rounds', '2', '--json'],
  ...['--out', join(await newFolder(), 'run')],
];

describe.each(folders)('%s', (folder) => {
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

const { default: halfDepth }: { readonly default: StrategyFactory } = await import(
  join(examples, '01-your-own-strategy', 'strategy.ts')
);
describeStrategyContract('half-depth', () => halfDepth({}));
