import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseInput } from '@legend-fl/base';
import { placeBeside, readStructuredFile } from '@legend-fl/base/node';
import { z } from 'zod';

/**
 * The settings of a run from a file and options, which override the file; undefined if there are none. Paths become
 * absolute, so that a run resumes from whatever folder the coordinator is started in.
 */
export async function readRunSettings(
  file: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown> | undefined> {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (file === undefined) return Object.keys(given).length === 0 ? undefined : absolute(given);
  const fromFile = parseInput(z.record(z.string(), z.unknown()), (await readStructuredFile(file)) ?? {}, {
    code: 'run-settings-invalid',
    where: file,
  });
  return absolute({ ...eachRef(fromFile, (ref) => placeBeside(file, ref)), ...given });
}

function absolute(settings: Record<string, unknown>): Record<string, unknown> {
  return eachRef(settings, (ref) => (existsSync(ref) ? resolve(ref) : ref));
}

/** Settings with other references to models and data. */
function eachRef(settings: Record<string, unknown>, place: (ref: string) => string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key,
      (key === 'model' || key === 'data') && typeof value === 'string' ? place(value) : value,
    ]),
  );
}
