import type { Adapter, LoraModule } from '@legend-fl/adapter';

type Rows = readonly (readonly number[])[];

/** An adapter of one LoRA module `query` in the last block, given by rows at α/r = 2, and of a head of one value. */
export function loraAdapter({
  a,
  b,
  head = 0,
  blocks = 1,
}: {
  readonly a: Rows;
  readonly b: Rows;
  readonly head?: number;
  readonly blocks?: number;
}): Adapter {
  const tensor = (rows: Rows) => ({
    dims: [rows.length, rows[0]?.length ?? 0],
    data: Float32Array.from(rows.flat()),
  });
  const module: LoraModule = { kind: 'lora', alpha: 2 * a.length, a: tensor(a), b: tensor(b) };
  const empty = Array.from({ length: blocks - 1 }, () => new Map<string, LoraModule>());
  return {
    blocks: [...empty, new Map([['query', module]])],
    head: new Map([['classifier.bias', { dims: [1], data: Float32Array.of(head) }]]),
  };
}

/** Rows of zeros. */
export function zeroRows(rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
}
