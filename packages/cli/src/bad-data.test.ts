import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import {
  labelledRows,
  newFolder,
  runLegend,
  tinyModel,
  writeRows,
  writeTextFile,
} from './testing/run-legend.ts';

describe.concurrent('data', () => {
  const rows = labelledRows(6, 1);
  const cases: [string, readonly object[], RegExp][] = [
    ['without rows', [], /rows\.jsonl: expected at least one example, got none/],
    [
      'without a text column',
      rows.map(({ label, text }) => ({ label, texts: text })),
      /expected a column "text", got the columns .* Did you mean "texts"\?/,
    ],
    [
      'of one class',
      rows.map((row) => ({ ...row, label: 'cold' })),
      /expected labels of at least two classes, got only "cold"/,
    ],
    [
      'with an empty text',
      [...rows, { text: ' ', label: 'cold' }],
      /rows\.jsonl, line 7: expected text in column "text", got nothing/,
    ],
    [
      'with a missing label',
      [...rows, { text: 'a film', label: null }],
      /rows\.jsonl, line 7: expected text or an integer as label/,
    ],
  ];
  test.for(cases)('%s are refused, and nothing is left', async ([, bad, message]) => {
    const out = join(await newFolder(), 'adapter');
    const data = await writeRows(bad);
    expectBadInput(await runLegend('train', '--model', tinyModel, '--data', data, '--out', out), message);
    await expect(access(out)).rejects.toThrow('ENOENT');
  });

  test('that are cut off in a line are refused with the line', async () => {
    const data = await writeTextFile('rows.jsonl', '{"text":"a film","label":0}\n{"text":"a\n');
    expectBadInput(
      await runLegend('eval', '--model', tinyModel, '--data', data),
      /line 2: expected one JSON object/,
    );
  });
});

describe.concurrent('an option that doesn’t fit', () => {
  const cases: [string, string[], RegExp][] = [
    [
      'the model’s blocks',
      ['--depth', '4'],
      /depth: expected a depth from 1 to 3, the model's number of blocks, got 4/,
    ],
    ['the number of blocks', ['--ranks', '4,4'], /expected one rank for each of 3 blocks, got 2 ranks/],
    [
      'its linear maps',
      ['--targets', 'query,valeu'],
      /expected linear maps of a bert block: attention\.self\.query.* got valeu/,
    ],
    [
      'training',
      ['--lr', '1e30', '--steps', '4', '--max-grad-norm', '0'],
      /local step \d: expected a finite loss/,
    ],
    ['any rank', ['--ranks', '0'], /expected .* whole number from 1, got 0/],
  ];
  test.for(cases)('%s is refused, and nothing is left', async ([, options, message]) => {
    const out = join(await newFolder(), 'adapter');
    const data = await writeRows(labelledRows(12, 1));
    expectBadInput(
      await runLegend('train', '--model', tinyModel, '--data', data, '--out', out, ...options),
      message,
    );
    await expect(access(out)).rejects.toThrow('ENOENT');
  });
});
