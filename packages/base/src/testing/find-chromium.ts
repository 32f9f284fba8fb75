import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The browser for page tests: the one at CHROMIUM_PATH, else one on the PATH. */
export function findChromium(): string {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  if (CHROMIUM_PATH !== undefined) return CHROMIUM_PATH;
  const found = PATH.split(delimiter)
    .flatMap((place) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(place, name)))
    .find(isExecutable);
  if (found !== undefined) return found;
  throw new Error('Pages are tested in Chromium: install `chromium`, or set CHROMIUM_PATH to one.');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
