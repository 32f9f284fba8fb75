import { InputError } from '@legend/base';
import { type Adapter, type LoraModule, mapTensors, namedTensors, type Tensor } from './adapter.ts';

/** An adapter as a list of tensors, the way it is stored and sent. */
export interface FlatAdapter {
  /** Number of blocks of the model, L. */
  readonly blocks: number;
  /** By the names of `namedTensors`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** α of every module, by `blocks.<l>.<target>`. */
  readonly alphas: Readonly<Record<string, number>>;
}

export function flattenAdapter(adapter: Adapter): FlatAdapter {
  const alphas = adapter.blocks.flatMap((block, index) =>
    [...block].map(([target, { alpha }]) => [`blocks.${index + 1}.${target}`, alpha] as const),
  );
  return {
    blocks: adapter.blocks.length,
    tensors: namedTensors(adapter),
    alphas: Object.fromEntries(alphas),
  };
}

/**
 * The adapter that `flattenAdapter` flattened.
 * @param where its source, for error messages
 * @throws InputError for a tensor that is missing or belongs nowhere
 */
export function restoreAdapter({ blocks, tensors, alphas }: FlatAdapter, where: string): Adapter {
  const restored: Map<string, LoraModule>[] = Array.from({ length: blocks }, () => new Map());
  const empty: Tensor = { dims: [0, 0], data: new Float32Array() };
  for (const [path, alpha] of Object.entries(alphas)) {
    const [, block = '', target = ''] = /^blocks\.(\d+)\.(.+)$/.exec(path) ?? [];
    restored[Number(block) - 1]?.set(target, { kind: 'lora', alpha, a: empty, b: empty });
  }
  const head = [...tensors].flatMap(([name, tensor]) =>
    name.startsWith('head.') ? [[name.slice('head.'.length), tensor] as const] : [],
  );
  const shell: Adapter = { blocks: restored, head: new Map(head) };
  const expected = [...namedTensors(shell).keys()].sort();
  const got = [...tensors.keys()].sort();
  if (expected.join() !== got.join()) {
    throw new InputError({
      code: 'adapter-tensors',
      expected: `the tensors ${expected.join(', ')}`,
      got: got.join(', '),
      where,
      todo: 'The file is damaged or of another version; start again from another one.',
    });
  }
  return mapTensors(shell, (name, tensor) => tensors.get(name) ?? tensor);
}
