import fc from 'fast-check';

/** Cases for each decoder: 1000, or LEGEND_FUZZ_CASES (`npm run fuzz`: 100,000). */
export const fuzzCases = Number(process.env.LEGEND_FUZZ_CASES ?? 1000);

/** Milliseconds after which a test with so many cases counts as hanging. */
export const fuzzTimeoutMs = 300_000 + 20 * fuzzCases;

/** Placeholder for deeply nested lists, which JSON.stringify cannot write. */
const DEEP = '@deep@';
const deepText = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

/** Values that break careless decoders, besides those of fast-check. */
const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  {
    weight: 8,
    arbitrary: fc.constantFrom<unknown>(
      ...[-1, 0.5, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, -1e300],
      ...['', '__proto__', 'constructor', '\0', '\ud800', ','],
      ...[null, true, [], {}],
      Array.from({ length: 65 }, () => 1),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      DEEP,
      'x'.repeat(5000),
      Array.from({ length: 2000 }, () => 'x'),
    ),
  },
);

/** JSON of the value with up to three parts replaced, left out, renamed or added. */
export function mutatedJson(value: unknown): fc.Arbitrary<string> {
  const change = fc.record({
    places: fc.array(fc.nat(1000), { maxLength: 5 }),
    what: fc.constantFrom('replace', 'delete', 'rename', 'add' as const),
    key: fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('__proto__', 'toString', '__metadata__')),
    by: hostileJson,
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    let mutated: unknown = structuredClone(value);
    for (const { places, ...each } of changes) mutated = changeAt(mutated, places, each);
    return (JSON.stringify(mutated) ?? 'null').replaceAll(`"${DEEP}"`, deepText);
  });
}

interface Change {
  readonly what: string;
  readonly key: string;
  readonly by: unknown;
}

function changeAt(value: unknown, places: readonly number[], change: Change): unknown {
  const [place, ...rest] = places;
  const { what, key, by } = change;
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  if (place === undefined || keys.length === 0) return by;
  const chosen = keys[place % keys.length] ?? '';
  const entries = Object.entries(value as object).flatMap(([name, inner]): [string, unknown][] => {
    if (name !== chosen) return [[name, inner]];
    if (rest.length > 0) return [[name, changeAt(inner, rest, change)]];
    if (what === 'delete') return [];
    if (what === 'rename') return [[key, inner]];
    if (what === 'add')
      return [
        [name, inner],
        [key, by],
      ];
    return [[name, by]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

/** These bytes with some changed, cut out, doubled or added. */
export function mutatedBytes(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(Math.max(0, bytes.length - 1)),
    what: fc.constantFrom('set', 'cut', 'double', 'insert', 'truncate' as const),
    length: fc.integer({ min: 1, max: 32 }),
    by: fc.uint8Array({ minLength: 1, maxLength: 16 }),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    let mutated = Buffer.from(bytes);
    for (const { at, what, length, by } of changes) {
      const [before, after] = [mutated.subarray(0, at), mutated.subarray(at)];
      const chunk = after.subarray(0, length);
      if (what === 'set') mutated = Buffer.concat([before, by, after.subarray(by.length)]);
      if (what === 'cut') mutated = Buffer.concat([before, after.subarray(length)]);
      if (what === 'double') mutated = Buffer.concat([before, chunk, after]);
      if (what === 'insert') mutated = Buffer.concat([before, by, after]);
      if (what === 'truncate') mutated = Buffer.from(before);
    }
    return new Uint8Array(mutated);
  });
}

/** Arbitrary bytes, and this safetensors file with changed bytes or header values. */
export function hostileSafetensors(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const length = Number(new DataView(valid.buffer, valid.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(valid.subarray(8, 8 + length)));
  const data = valid.subarray(8 + length);
  return fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
    { weight: 3, arbitrary: mutatedBytes(valid) },
    { weight: 4, arbitrary: mutatedHeader(header).map((text) => withHeader(text, data)) },
  );
}

/** Also changes the JSON text inside the metadata. */
function mutatedHeader(header: {
  readonly __metadata__?: { readonly legend?: string };
}): fc.Arbitrary<string> {
  const text = header.__metadata__?.legend;
  if (text === undefined) return mutatedJson(header);
  const inner = mutatedJson(JSON.parse(text)).map((legend) =>
    JSON.stringify({ ...header, __metadata__: { ...header.__metadata__, legend } }),
  );
  return fc.oneof(mutatedJson(header), inner);
}

function withHeader(text: string, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}
