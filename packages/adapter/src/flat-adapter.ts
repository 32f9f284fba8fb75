import { entryOf, InputError } from '@legend-fl/base';
import {
  type Adapter,
  type AdapterModule,
  mapTensors,
  modulePath,
  namedTensors,
  parseModulePath,
  type Tensor,
} from './adapter.ts';

/** An adapter as a list of tensors, the way it is stored and sent. */
export interface FlatAdapter {
  /** Number of blocks of the model, L. */
  readonly blocks: number;
  /** By the names of `namedTensors`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** α of every LoRA module, by `blocks.<l>.<target>`; the tensors tell where a bottleneck stands. */
  readonly alphas: Readonly<Record<string, number>>;
}

export function flattenAdapter(adapter: Adapter): FlatAdapter {
  const alphas = adapter.blocks.flatMap((block, index) =>
    [...block].flatMap(([target, module]) =>
      module.kind === 'lora' ? [[modulePath(index + 1, target), module.alpha] as const] : [],
    ),
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
  const restored: Map<string, AdapterModule>[] = Array.from({ length: blocks }, () => new Map());
  const place = (path: string, module: AdapterModule): void => {
    const site = parseModulePath(path);
    if (site) restored[site.block - 1]?.set(site.target, module);
  };
  for (const [path, alpha] of Object.entries(alphas)) {
    place(path, { kind: 'lora', alpha, a: EMPTY, b: EMPTY });
  }
  for (const name of tensors.keys()) {
    if (!name.startsWith('blocks.') || !name.endsWith('.down')) continue;
    place(name.slice(0, -'.down'.length), {
      kind: 'bottleneck',
      down: EMPTY,
      downBias: EMPTY,
      up: EMPTY,
      upBias: EMPTY,
    });
  }
  const head = [...tensors].flatMap(([name, tensor]) =>
    name.startsWith('head.') ? [[name.slice('head.'.length), tensor] as const] : [],
  );
  const shell: Adapter = { blocks: restored, head: new Map(head) };
  const expected = [...namedTensors(shell).keys()].sort();
  const got = [...tensors.keys()].sort();
  if (expected.length !== got.length || expected.some((name, place) => name !== got[place])) {
    throw new InputError({
      code: 'adapter-tensors',
      expected: `the tensors ${expected.join(', ')}`,
      got: got.join(', '),
      where,
      todo: 'The file is damaged or of another version; start again from another one.',
    });
  }
  return mapTensors(shell, (name) => entryOf(tensors, name));
}

const EMPTY: Tensor = { dims: [0, 0], data: new Float32Array() };
