import { itemAt } from '@legend-fl/base';
/**
 * Entries by device id, for a state that many events change: chunks of a bounded number of entries, all sorted by id.
 * An event copies one chunk and the list of chunks, and shares the other chunks with the state before it: for 10,000
 * devices a few hundred references, where one list would copy all of them. Plain JSON.
 */
export type DeviceTable<Entry extends Identified = Identified> = readonly (readonly Entry[])[];

interface Identified {
  readonly id: string;
}

/** A longer chunk is split. Around the square root of a large fleet's size, both levels cost the same. */
const CHUNK_ENTRIES = 256;

/** @param entries in any order, each id once */
export function tableOf<Entry extends Identified>(entries: readonly Entry[]): DeviceTable<Entry> {
  const sorted = entries.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const chunks = Math.ceil(sorted.length / CHUNK_ENTRIES);
  return Array.from({ length: chunks }, (_, index) =>
    sorted.slice(index * CHUNK_ENTRIES, (index + 1) * CHUNK_ENTRIES),
  );
}

export function findEntry<Entry extends Identified>(
  table: DeviceTable<Entry>,
  id: string,
): Entry | undefined {
  const chunk = table[chunkFor(table, id)] ?? [];
  const entry = chunk[countUpTo(chunk, ownId, id) - 1];
  return entry?.id === id ? entry : undefined;
}

/** The table with this entry, in place of the one of the same id if there is one. */
export function putEntry<Entry extends Identified>(
  table: DeviceTable<Entry>,
  entry: Entry,
): DeviceTable<Entry> {
  const index = chunkFor(table, entry.id);
  const chunk = table[index];
  if (chunk === undefined) return [[entry]];
  const end = countUpTo(chunk, ownId, entry.id);
  if (chunk[end - 1]?.id === entry.id) return table.with(index, chunk.with(end - 1, entry));
  const grown = chunk.toSpliced(end, 0, entry);
  if (grown.length <= CHUNK_ENTRIES) return table.with(index, grown);
  const half = CHUNK_ENTRIES / 2;
  return table.toSpliced(index, 1, grown.slice(0, half), grown.slice(half));
}

/** The table without the entry of this id, if there is one. */
export function removeEntry<Entry extends Identified>(
  table: DeviceTable<Entry>,
  id: string,
): DeviceTable<Entry> {
  const index = chunkFor(table, id);
  const chunk = table[index];
  if (chunk === undefined) return table;
  const place = chunk.findIndex((entry) => entry.id === id);
  if (place < 0) return table;
  return chunk.length === 1 ? table.toSpliced(index, 1) : table.with(index, chunk.toSpliced(place, 1));
}

/** The chunk that holds an id or would take it in: the last that begins with it or one before it, else the first. */
function chunkFor(table: DeviceTable, id: string): number {
  return Math.max(0, countUpTo(table, firstId, id) - 1);
}

const ownId = ({ id }: Identified): string => id;
const firstId = (chunk: readonly Identified[]): string => itemAt(chunk, 0).id;

/** How many of the sorted items have an id up to this one. */
function countUpTo<Item>(sorted: readonly Item[], idOf: (item: Item) => string, id: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && idOf(item) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
