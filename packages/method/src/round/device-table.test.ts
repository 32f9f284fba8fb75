import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DeviceTable, findEntry, putEntry, removeEntry, tableOf } from './device-table.ts';

interface Entry {
  readonly id: string;
  readonly value: number;
}

const ids = fc.oneof(
  fc.nat(2000).map((number) => `device-${number}`),
  fc.constantFrom('__proto__', 'constructor', '', '7', '10', 'é', '\u{1F600}'),
);
const entryLists = fc.array(fc.record({ id: ids, value: fc.nat(9) }), { maxLength: 3000, size: 'max' });

function check(property: (entries: readonly Entry[]) => void): void {
  fc.assert(fc.property(entryLists, property), { numRuns: 60 });
}

function putAll(entries: readonly Entry[]): DeviceTable<Entry> {
  return entries.reduce(putEntry<Entry>, []);
}

test('a table holds the last entry that was put for each id', () => {
  check((entries) => {
    const table = putAll(entries);
    const expected = new Map(entries.map((entry) => [entry.id, entry]));
    expect(table.flat()).toHaveLength(expected.size);
    for (const [id, entry] of expected) expect(findEntry(table, id)).toBe(entry);
    expect(findEntry(table, 'stranger')).toBeUndefined();
  });
});

test('entries are sorted by id, in chunks that are neither empty nor long', () => {
  check((entries) => {
    const chunks = putAll(entries);
    const found = chunks.flat().map(({ id }) => id);
    expect(found).toEqual(found.toSorted((one, other) => (one < other ? -1 : 1)));
    for (const chunk of chunks) {
      expect(chunk.length).toBeGreaterThan(0);
      expect(chunk.length).toBeLessThanOrEqual(256);
    }
  });
});

test('a table made at once is the one that its entries make one by one', () => {
  check((entries) => {
    const once = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
    const table = tableOf(once);
    expect(table.flat()).toEqual(putAll(once).flat());
    for (const entry of once) expect(findEntry(table, entry.id)).toBe(entry);
  });
});

test('putting an entry leaves the table before it alone and shares all but one chunk with it', () => {
  check((entries) => {
    const before = tableOf([...new Map(entries.map((entry) => [entry.id, entry])).values()]);
    const copy = structuredClone(before);
    const shared = new Set(before);
    for (const id of ['device-1000', 'device-1000x']) {
      const after = putEntry(before, { id, value: 100 });
      expect(before).toEqual(copy);
      expect(after.filter((chunk) => !shared.has(chunk)).length).toBeLessThanOrEqual(2);
      expect(findEntry(after, id)?.value).toBe(100);
    }
  });
});

test('an entry that is removed is gone, and nothing else', () => {
  check((entries) => {
    const table = putAll(entries);
    const [gone] = entries;
    if (gone === undefined) return;
    const rest = removeEntry(table, gone.id);
    expect(rest.flat()).toEqual(table.flat().filter(({ id }) => id !== gone.id));
    expect(rest.every((chunk) => chunk.length > 0)).toBe(true);
    expect(removeEntry(rest, gone.id)).toBe(rest);
  });
});
