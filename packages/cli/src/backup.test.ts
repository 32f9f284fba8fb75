import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import {
  labelledRows,
  newFolder,
  runLegend,
  startLegendWith,
  tinyModel,
  writeRows,
} from './testing/run-legend.ts';
import { startServing } from './testing/start-serving.ts';

test('a copy made in the middle of a run goes on to its end', async () => {
  const place = await newFolder();
  const [dir, copy, state] = [join(place, 'coordinator'), join(place, 'copy'), join(place, 'device')];
  const data = await writeRows(labelledRows(60, 1));
  const settings = ['--model', tinyModel, '--data', data, '--rounds', '3', '--minimum-cohort', '1'];
  const first = await startServing(...settings, '--dir', dir);
  const join1 = (url: string) =>
    startLegendWith(
      { LEGEND_TOKEN: first.joinToken ?? '' },
      ...['join', url, '--data', data, '--state', state, '--max-threads', '1'],
    );
  const device = join1(first.url);
  const records = async (url: string): Promise<number> => {
    const headers = { Authorization: `Bearer ${first.operatorToken}` };
    const rounds = await fetch(`${url}/v1/operator/runs/${first.run}/rounds`, { headers });
    return ((await rounds.json()) as unknown[]).length;
  };
  while ((await records(first.url)) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const made = await runLegend('backup', '--dir', dir, '--out', copy);
  expect(made.code, made.stderr).toBe(0);
  expect(await readdir(copy)).toEqual(expect.arrayContaining(['blobs', 'coordinator.sqlite']));
  for (const { child, ended } of [device, first]) {
    child.kill('SIGKILL');
    await ended;
  }

  const second = await startServing(...settings, '--dir', copy);
  expect([second.run, second.joinToken]).toEqual([first.run, null]);
  expect(await records(second.url)).toBeGreaterThan(0);
  const { code, stderr } = await join1(second.url).ended;
  expect(code, stderr).toBe(0);
  expect(await records(second.url)).toBe(3);
});

test.each([
  ['a folder that holds something', ['--out', '.'], /out-taken/],
  ['a coordinator that is not there', ['--dir', 'nowhere', '--out', 'copy'], /store/],
])('%s is refused', async (_what, args, code) => {
  expectBadInput(await runLegend('backup', ...args), code);
});
