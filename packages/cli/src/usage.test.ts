import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import { newFolder, runLegend, tinyModel, writeRows } from './testing/run-legend.ts';

test('the version is that of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  expect(await runLegend('--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});

describe.concurrent('a command line', () => {
  const mistakes: [string, string[], RegExp][] = [
    [
      'an unknown command',
      ['simulat'],
      /unknown command 'simulat' \(Did you mean simulate\?\) See legend --help\./,
    ],
    ['an unknown option', ['report', '--jsn', 'x'], /unknown option '--jsn' \(Did you mean --json\?\)/],
    [
      'a missing option',
      ['train', '--model', 'x', '--data', 'y'],
      /required option '--out <dir>' not specified/,
    ],
    ['an unknown optimizer', ['train', '--optimizer', 'adam'], /Allowed choices are adamw, sgd\./],
    [
      'an accuracy above 1',
      ['simulate', '--target-accuracy', '80'],
      /--target-accuracy .*Expected a number above 0 and at most 1/,
    ],
    ['--resume without a folder', ['simulate', '--resume'], /--resume: expected the folder of the run/],
    [
      'an experiment that is not there',
      ['simulate', 'none.yaml'],
      /none\.yaml: expected a YAML or JSON file, got no such file/,
    ],
    ['a run that is not there', ['report', 'none'], /none: expected the folder of a run/],
    [
      'an unknown model',
      ['bench', '--model', 'minilm'],
      /minilm: expected a folder, org\/name on the Hugging Face hub or one of minilm-l6/,
    ],
    [
      'a model that is not there',
      ['bench', '--model', './none'],
      /\/none: expected a folder .* got no such folder/,
    ],
    ['a catalogue name without network', ['bench'], /minilm-l6: .*LEGEND_OFFLINE/],
    [
      'data without network',
      ['train', '--model', tinyModel, '--data', 'movie-reviews', '--out', 'x'],
      /movie-reviews: .*LEGEND_OFFLINE/,
    ],
    [
      'data that is not there',
      ['eval', '--model', tinyModel, '--data', 'none.csv'],
      /none\.csv: expected a JSONL, CSV, TSV or Parquet file/,
    ],
    [
      'an unknown strategy',
      ['plan', '--model', tinyModel, '--fleet', 'jetson-80', '--strategy', 'legendary'],
      /expected one of legend, fedlora, .*, got legendary/,
    ],
    ['an unknown fleet', ['plan', '--model', tinyModel, '--fleet', 'jetson-8'], /Did you mean "jetson-80"\?/],
    [
      'rank 0',
      ['plan', '--model', tinyModel, '--fleet', 'jetson-80', '--ranks', '0'],
      /expected .* whole number from 1, got 0/,
    ],
    [
      'ranks that are none',
      ['plan', '--model', tinyModel, '--fleet', 'jetson-80', '--ranks', 'high'],
      /--ranks: expected one rank \(8\), a range/,
    ],
  ];
  test.for(mistakes)('with %s ends with code 2 and says so', async ([, args, message]) => {
    expectBadInput(await runLegend(...args), message);
  });

  test('that asks for help ends with code 0', async () => {
    const { code, stdout, stderr } = await runLegend('train', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--init-adapter <dir>');
    expect(stderr).toBe('');
  });

  test('whose --out is taken is refused before anything is trained', async () => {
    const out = join(await newFolder(), 'out');
    await mkdir(out);
    await writeFile(join(out, 'thesis.tex'), '');
    const data = await writeRows([]);
    for (const args of [
      ['train', '--model', tinyModel, '--data', data, '--out', out],
      ['export', '--model', tinyModel, '--adapter', 'x', '--out', out],
    ]) {
      expectBadInput(
        await runLegend(...args),
        /out: expected a new or empty folder, got one that holds thesis\.tex/,
      );
    }
    expect(await readdir(out)).toEqual(['thesis.tex']);
  });
});

test.skipIf(process.platform === 'win32')(
  'what the machine refuses ends with code 1 and one line',
  async () => {
    const data = await writeRows([
      { text: 'a film', label: 0 },
      { text: 'a boat', label: 1 },
    ]);
    const { code, stderr } = await runLegend(
      'eval',
      '--model',
      tinyModel,
      '--data',
      data,
      '--logits',
      '/none/logits.jsonl',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: \/none\/logits\.jsonl: .* \(write-failed\)\n$/);
  },
);
