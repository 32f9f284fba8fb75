import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import { copyTinyModel, labelledRows, newFolder, runLegend, writeRows } from './testing/run-legend.ts';

type Spoil = (folder: string) => Promise<void>;

const without =
  (name: string): Spoil =>
  (folder) =>
    rm(join(folder, name));

const withConfig =
  (changes: object): Spoil =>
  async (folder) => {
    const path = join(folder, 'config.json');
    const config = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...config, ...changes }));
  };

const withWeights =
  (change: (bytes: Buffer) => Uint8Array): Spoil =>
  async (folder) => {
    const path = join(folder, 'model.safetensors');
    await writeFile(path, change(await readFile(path)));
  };

/** Adds to the last tensor's end, so that the header claims more than the file holds. */
function claimMore(bytes: Buffer): Uint8Array {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = bytes.toString('latin1', 8, 8 + length);
  const ends = [...header.matchAll(/"data_offsets":\[\d+,(\d+)\]/g)].map(([, end]) => Number(end));
  const last = String(Math.max(...ends));
  const claimed = header.replaceAll(`,${last}]`, `,${9 * 10 ** (last.length - 1)}]`);
  expect(claimed).not.toBe(header);
  return Buffer.concat([bytes.subarray(0, 8), Buffer.from(claimed, 'latin1'), bytes.subarray(8 + length)]);
}

describe.concurrent('a model folder', () => {
  const cases: [string, Spoil, RegExp][] = [
    ['without weights', without('model.safetensors'), /model: expected config\.json, model\.safetensors/],
    ['without tokenizer.json', without('tokenizer.json'), /tokenizer\.json/],
    ['without config.json', without('config.json'), /config\.json/],
    [
      'with a cut weights file',
      withWeights((bytes) => bytes.subarray(0, bytes.length - 100)),
      /model\.safetensors: /,
    ],
    ['with a header that claims more than the file', withWeights(claimMore), /model\.safetensors: /],
    [
      'with other bytes as weights',
      withWeights(() => Buffer.from('version https://git-lfs')),
      /model\.safetensors: /,
    ],
    ['of an unknown architecture', withConfig({ model_type: 'mamba' }), /config\.json.*got .*mamba/],
    ['whose shapes don’t fit config.json', withConfig({ intermediate_size: 128 }), /shape/],
    ['of fewer blocks than config.json says', withConfig({ num_hidden_layers: 4 }), /layer\.3/],
  ];
  test.for(cases)('%s is refused, and nothing is left', async ([, spoil, message]) => {
    const folder = await copyTinyModel();
    await spoil(folder);
    const out = join(await newFolder(), 'adapter');
    const data = await writeRows(labelledRows(6, 1));
    const ended = await runLegend('train', '--model', folder, '--data', data, '--out', out, '--steps', '1');
    expectBadInput(ended, message);
    await expect(access(out)).rejects.toThrow('ENOENT');
  });
});
