import type { RoundRecord } from '@legend/rounds';
import { readRounds } from './rounds-file.ts';

/** All rounds of a small file. */
export async function allRounds(path: string): Promise<RoundRecord[]> {
  const records: RoundRecord[] = [];
  for await (const record of readRounds(path)) records.push(record);
  return records;
}
