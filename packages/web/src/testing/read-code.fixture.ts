import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

/** What a camera would read off a QR code of a page. */
export async function readCode(image: Locator): Promise<string> {
  const wasm = fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'));
  const { buffer } = new Uint8Array(await readFile(wasm));
  await prepareZXingModule({ overrides: { wasmBinary: buffer }, fireImmediately: true });
  const [code] = await readBarcodes(new Uint8Array(await image.screenshot()), { formats: ['QRCode'] });
  if (code === undefined) throw new Error('There is no QR code to read.');
  return code.text;
}
