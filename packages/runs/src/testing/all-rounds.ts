import type { RoundRecord } from '../round-record.ts';
import { readRounds } from '../node/run-folder/rounds-file.ts';

/** All rounds of a small file. */
export async function allRounds(path: string): Promise<RoundRecord[]> {
  const records: RoundRecord[] = [];
  for await (const record of readRounds(path)) records.push(record);
  return records;
}
