import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, parseInput } from '@legend-fl/base';
import { readStructuredFile } from '@legend-fl/base/node';
import { type Summary, summarySchema } from '../../summary/summary.ts';

/** Name of the summary's file in a run folder. */
export const summaryFileName = 'summary.json';

/**
 * Reads the summary in a run folder.
 * @throws InputError `run-folder-empty` if there is none, `file-syntax` with the line or `summary-invalid` with the field
 */
export async function readSummary(folder: string): Promise<Summary> {
  const path = join(folder, summaryFileName);
  await access(path).catch((cause: unknown) => {
    throw new InputError({
      code: 'run-folder-empty',
      expected: `the folder of a run, which holds ${summaryFileName}`,
      got: 'none',
      where: folder,
      todo: 'Check the path; to start a new run, omit --resume.',
      cause,
    });
  });
  return parseInput(summarySchema, await readStructuredFile(path), { code: 'summary-invalid', where: path });
}
