import { readFile, writeFile } from 'node:fs/promises';
import { folderFiles } from '@legend-fl/adapter/node';
import { loadTokenizer } from '@legend-fl/models';
import { tokenizeExamples } from '@legend-fl/trainer';
import { expect, test, vi } from 'vitest';
import { tinyModel } from '../testing/run-legend.ts';
import { Deployment } from './deployment.fixture.ts';

vi.setConfig({ testTimeout: 900_000 });

/** Classes that the coordinator names itself, and words of the protocol, are no data of the device. */
const ofTheRun = new Set(['cold', 'warm', 'old', 'it', 'is', 'an', 'and', 'the', 'was', 'open']);

/** Steps so small that no device, whatever its key, ends with a loss for which its round is tried again for ever. */
const local = { steps: 20, batchSize: 4, maxLength: 16, learningRate: 0.001 };

test.each(['f32', 'int8'])('nothing of its texts leaves a device that sends %s updates', async (codec) => {
  const deployment = await Deployment.make({ codec, local, minimumDevices: 1, evaluate: 'both' });
  await deployment.start();
  const network = await deployment.network();
  const device = await deployment.join(1, { url: network.url });
  await deployment.finish(device);
  const sent = network.sent;
  const text = sent.toString('latin1');
  // What was looked for would have been found: the recording is whole, and plain.
  expect(text.match(/POST \/v1\/updates /g)).toHaveLength(3);
  expect(text).toContain('"examples":27');
  expect(text.match(/POST \/v1\/scores /g)?.length).toBeGreaterThan(0);
  const rows = (await readFile(deployment.dataFile(1), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { text: string }).text);
  const words = new Set(rows.flatMap((row) => row.split(' ')).filter((word) => !ofTheRun.has(word)));
  expect(words.size).toBeGreaterThan(5);
  for (const each of [...rows, ...words]) expect(text.includes(each), each).toBe(false);

  const tokenizer = await loadTokenizer(folderFiles(tinyModel));
  const { ids, offsets } = tokenizeExamples(
    tokenizer,
    rows.map((row) => ({ text: row, label: 0 })),
    16,
  );
  for (const [index, row] of rows.entries()) {
    // Without the tokens that every text begins and ends with.
    const tokens = [...ids.subarray((offsets[index] ?? 0) + 1, (offsets[index + 1] ?? 0) - 1)];
    expect(tokens.length).toBeGreaterThanOrEqual(3);
    for (const separator of [',', ', ', ' ']) expect(text.includes(tokens.join(separator)), row).toBe(false);
    for (const List of [Uint8Array, Uint16Array, Int32Array, Float32Array]) {
      expect(sent.includes(Buffer.from(List.from(tokens).buffer)), row).toBe(false);
    }
    expect(sent.includes(Buffer.from(BigInt64Array.from(tokens, BigInt).buffer)), row).toBe(false);
  }
});

test('a device whose labels are wrong tells the operator what would be right, and nothing of its data', async () => {
  const deployment = await Deployment.make({ minimumDevices: 1 });
  await deployment.start();
  const network = await deployment.network();
  const rows = [
    { text: 'a private story', label: 'cold' },
    { text: 'a private story', label: 'unheard-of' },
  ];
  await writeFile(deployment.dataFile(1), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const device = await deployment.join(1, { url: network.url });
  const { code, stderr } = await device.ended;
  expect(code).toBe(2);
  // The person before it sees all of it.
  expect(stderr).toMatch(/data-1\.jsonl, line 2.*"unheard-of"/);
  const reason = 'its data do not fit: data-label-unknown (expected one of cold, old, warm)';
  const text = network.sent.toString('latin1');
  expect(text).toContain(JSON.stringify({ run: 'demo', reason }));
  for (const secret of ['unheard-of', 'private', 'data-1', deployment.folder]) {
    expect(text.includes(secret), secret).toBe(false);
  }
  await deployment.coordinator.says(/Has left: its data do not fit: data-label-unknown/);
});
