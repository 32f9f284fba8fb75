import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dataset, Reading } from '../dataset.ts';
import { readExamples } from './read-examples.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-data-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, content: string | Buffer, options: Reading = {}): Promise<Dataset> {
  const path = join(folder, name);
  await writeFile(path, content);
  return readExamples({ id: name, files: [{ path }] }, options);
}

/** The error that reading gives, with the folder's path cut off. */
async function failure(name: string, content: string | Buffer, options: Reading = {}) {
  const error = await read(name, content, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof InputError)) throw new Error(`expected an InputError, got ${String(error)}`);
  return { code: error.code, message: error.message.replaceAll(`${folder}/`, '') };
}

describe('formats', () => {
  const expected = [
    { text: 'good, "really"', label: 1 },
    { text: 'bad — très 😀', label: 0 },
  ];

  test('JSON lines, with blank lines, CRLF and a byte order mark', async () => {
    const lines =
      '{"text":"good, \\"really\\"","label":"pos","x":1}\r\n\r\n{"label":"neg","text":"bad — très 😀"}';
    const data = await read('a.jsonl', `\ufeff${lines}`);
    expect(data).toEqual({ id: 'a.jsonl', classes: ['neg', 'pos'], examples: expected });
  });

  test('CSV with quoted fields', async () => {
    const data = await read(
      'a.csv',
      '\ufefftext,label\r\n"good, ""really""",pos\r\n\r\nbad — très 😀,neg\r\n',
    );
    expect(data.examples).toEqual(expected);
  });

  test('TSV, in which a quote is an ordinary character', async () => {
    const data = await read('a.tsv', 'label\ttext\npos\tgood, "really"\nneg\tbad — très 😀');
    expect(data.examples).toEqual(expected);
  });

  test('a quoted CSV field may hold line breaks and be long', async () => {
    const long = 'word\n'.repeat(100_000);
    const data = await read('long.csv', `text,label\n"${long}",a\nshort,b\n`);
    expect(data.examples[0]?.text).toBe(long);
  });

  test.each(['sst2-like.parquet', 'sst2-like-zstd.parquet'])('Parquet: %s', async (name) => {
    const path = join(import.meta.dirname, '../../../../testdata/data', name);
    const data = await readExamples(
      {
        id: 'sst2',
        files: [{ path }],
        reading: { textColumn: 'sentence', labelNames: { 0: 'neg', 1: 'pos' } },
      },
      {},
    );
    expect(data.classes).toEqual(['neg', 'pos']);
    expect(data.examples).toHaveLength(6);
    expect(data.examples[0]).toEqual({ text: 'a gorgeous , witty , seductive movie .', label: 1 });
    expect(data.examples[2]).toEqual({ text: "« très » charming — and it's funny 😀", label: 1 });
    expect(data.examples[5]).toEqual({ text: 'so unremittingly awful', label: 0 });
  });

  test('the given format wins over the extension, and a header can be supplied', async () => {
    const reading: Reading = { format: 'tsv', header: ['id', 'label', 'text'] };
    const data = await read('a.txt', '1\tx\tfirst\n2\ty\tsecond\n', reading);
    expect(data.examples).toEqual([
      { text: 'first', label: 0 },
      { text: 'second', label: 1 },
    ]);
  });
});

describe('columns', () => {
  test('text_a and text_b make pairs', async () => {
    const data = await read('pair.csv', 'text_a,text_b,label\nIs it?,It is.,yes\nWas it?,No.,no\n');
    expect(data.examples[0]).toEqual({ text: 'Is it?', textPair: 'It is.', label: 1 });
  });

  test('columns are selectable, the client key included', async () => {
    const data = await read('named.csv', 'q,a,y,site\nIs it?,It is.,1,north\nWas it?,No.,0,south\n', {
      textColumn: 'q',
      textPairColumn: 'a',
      labelColumn: 'y',
      keyColumn: 'site',
    });
    expect(data.examples).toEqual([
      { text: 'Is it?', textPair: 'It is.', label: 1, key: 'north' },
      { text: 'Was it?', textPair: 'No.', label: 0, key: 'south' },
    ]);
  });

  test("options override the source's reading, and undefined does not", async () => {
    const path = join(folder, 'override.csv');
    await writeFile(path, 'body,y,z\nfirst,a,c\nsecond,b,d\n');
    const source = { id: 'o', files: [{ path }], reading: { textColumn: 'body', labelColumn: 'y' } };
    const data = await readExamples(source, { textColumn: undefined, labelColumn: 'z' });
    expect(data.classes).toEqual(['c', 'd']);
  });

  test("files give their key to examples and are read in order, or only one part's", async () => {
    const [north, south] = [join(folder, 'north.csv'), join(folder, 'south.csv')];
    await writeFile(north, 'text,label\nn1,a\nn2,b\n');
    await writeFile(south, 'text,label\ns1,a\ns2,b\n');
    const files = [
      { path: north, key: 'north', part: 'train' },
      { path: south, key: 'south', part: 'test' },
    ] as const;
    const all = await readExamples({ id: 'all', files });
    expect(all.examples.map(({ text, key }) => `${text} ${key}`)).toEqual([
      'n1 north',
      'n2 north',
      's1 south',
      's2 south',
    ]);
    const test = await readExamples({ id: 'all', files }, { part: 'test' });
    expect(test.examples.map(({ text }) => text)).toEqual(['s1', 's2']);
  });
});

describe('labels', () => {
  test('integer classes are sorted as numbers, whatever the order of the rows', async () => {
    const lines = [10, '2', -1, 2].map((label) => JSON.stringify({ text: 'x', label })).join('\n');
    const data = await read('int.jsonl', lines);
    expect(data.classes).toEqual(['-1', '2', '10']);
    expect(data.examples.map(({ label }) => label)).toEqual([2, 1, 0, 1]);
  });

  test('given classes keep their order and may be absent from the file', async () => {
    const data = await read('given.csv', 'text,label\nx,b\n', { classes: ['c', 'b', 'a'] });
    expect(data).toEqual({ id: 'given.csv', classes: ['c', 'b', 'a'], examples: [{ text: 'x', label: 1 }] });
  });

  test('the sign rule turns scores into classes and drops zeros, and says so', async () => {
    const data = await read('score.csv', 'text,label\nawful,-2.5\nso,0.0\ngreat,3\nfine,1e-3\n', {
      labelRule: 'sign',
    });
    expect(data.classes).toEqual(['negative', 'positive']);
    expect(data.examples.map(({ label }) => label)).toEqual([0, 1, 1]);
    expect(data.warnings).toEqual(['score.csv: rows with score 0 dropped: 1']);
  });
});

describe('bad input', () => {
  test('a missing file', async () => {
    const path = join(folder, 'absent.csv');
    await expect(readExamples({ id: 'x', files: [{ path }] })).rejects.toMatchObject({
      code: 'data-file-missing',
      message: `${path}: expected a readable data file, got no such file. Check the path.`,
    });
  });

  test('an extension that says nothing', async () => {
    expect(await failure('a.xlsx', '')).toMatchObject({ code: 'data-format-unknown' });
  });

  test.each([
    ['empty.jsonl', ''],
    ['blank.jsonl', '\n\n'],
    ['empty.csv', ''],
    ['header.csv', 'text,label\n'],
  ])('no rows: %s', async (name, content) => {
    expect(await failure(name, content)).toMatchObject({ code: 'data-no-rows' });
  });

  test('a missing column: lists those there are and suggests the nearest', async () => {
    const error = await failure('column.csv', 'txet,label,id\na,b,c\n');
    expect(error.code).toBe('data-column-missing');
    expect(error.message).toBe(
      'column.csv: expected a column "text", got the columns "txet", "label", "id". ' +
        'Did you mean "txet"? Name the columns that hold the text and the label.',
    );
  });

  test('a missing column that resembles none', async () => {
    const { message } = await failure('column.csv', 'text,category\na,b\n');
    expect(message).toBe(
      'column.csv: expected a column "label", got the columns "text", "category". ' +
        'Name the columns that hold the text and the label.',
    );
  });

  test('a missing column of one JSON line', async () => {
    const { code, message } = await failure('gap.jsonl', '{"text":"a","label":1}\n{"text":"b"}\n');
    expect(code).toBe('data-column-missing');
    expect(message).toContain('gap.jsonl, line 2: expected a column "label", got the columns "text"');
  });

  test('a pair column without a text column', async () => {
    expect(await failure('p.csv', 'q,label\na,b\n', { textPairColumn: 'q' })).toMatchObject({
      code: 'data-column-missing',
    });
  });

  test('an unknown label, with its line', async () => {
    const error = await failure('l.csv', 'text,label\nx,a\n\ny,d\n', { classes: ['a', 'b'] });
    expect(error.code).toBe('data-label-unknown');
    expect(error.message).toContain('l.csv, line 4: expected one of the classes "a", "b", got label "d".');
  });

  test('a label without a name', async () => {
    const error = await failure('n.csv', 'text,label\nx,toString\n', { labelNames: { 0: 'no', 1: 'yes' } });
    expect(error).toMatchObject({ code: 'data-label-unknown' });
    expect(error.message).toContain('n.csv, line 2: expected one of the labels 0, 1');
  });

  test.each([
    ['null', 'null'],
    ['1.5', '1.5'],
    ['""', 'nothing'],
    ['true', 'true'],
    ['[1]', '[1]'],
  ])('a label that is no class: %s', async (label, got) => {
    const error = await failure('bad.jsonl', `{"text":"x","label":${label}}`);
    expect(error.code).toBe('data-label-invalid');
    expect(error.message).toContain(`bad.jsonl, line 1: expected text or an integer as label`);
    expect(error.message).toContain(`got ${got}.`);
  });

  test('a score that is no number', async () => {
    const error = await failure('s.csv', 'text,label\nx,high\n', { labelRule: 'sign' });
    expect(error).toMatchObject({ code: 'data-label-invalid' });
  });

  test('one class only', async () => {
    const error = await failure('one.csv', 'text,label\nx,a\ny,a\n');
    expect(error.code).toBe('data-one-class');
    expect(error.message).toContain('expected labels of at least two classes, got only "a"');
  });

  test.each([
    ['e.csv', 'text,label\nx,a\n  ,b\n', 'line 3'],
    ['e.jsonl', '{"text":"x","label":1}\n{"text":null,"label":0}', 'line 2'],
  ])('empty text: %s', async (name, content, place) => {
    const error = await failure(name, content);
    expect(error.code).toBe('data-text-empty');
    expect(error.message).toContain(`${name}, ${place}: expected text in column "text", got nothing`);
  });

  test('text that is not text', async () => {
    expect(await failure('t.jsonl', '{"text":5,"label":1}')).toMatchObject({ code: 'data-text-invalid' });
  });

  test.each([
    ['a line cut short', 'u.jsonl', '{"text":"x","label":1}\n{"text":"y","la', 'line 2'],
    ['an array', 'u.jsonl', '["x", 1]', 'line 1'],
    ['too many fields', 'u.csv', 'text,label\nx,a\ny,b,c\n', 'line 3'],
    ['too few fields', 'u.tsv', 'text\tlabel\nx\n', 'line 2'],
    ['an open quote', 'u.csv', 'text,label\n"x,a\n', 'line'],
    ['a quote inside a bare field', 'u.csv', 'text,label\nx"y,a\n', 'line 2'],
  ])('an unparsable line: %s', async (_, name, content, place) => {
    const error = await failure(name, content);
    expect(error.code).toBe('data-line-unparsable');
    expect(error.message).toContain(`${name}, ${place}`);
  });

  test.each(['latin.csv', 'latin.jsonl'])('bytes that are not UTF-8: %s', async (name) => {
    const error = await failure(name, Buffer.from('text,label\nfine,a\ncaf\xe9,b\n', 'latin1'));
    expect(error.code).toBe('data-not-utf8');
    expect(error.message).toContain(`${name}, line 3: expected text encoded as UTF-8`);
  });

  test.each([
    ['no Parquet', Buffer.from('text,label\nx,a\n')],
    ['empty', Buffer.alloc(0)],
  ])('a broken Parquet file: %s', async (_, bytes) => {
    expect(await failure('b.parquet', bytes)).toMatchObject({ code: 'data-file-unreadable' });
  });
});
