import type { SafetensorsFile, Tensor } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';

/** A tensor of an adapter file. @throws InputError when one of its elements is not finite */
export async function readFinite(file: SafetensorsFile, name: string): Promise<Tensor> {
  const tensor = await file.read(name);
  const bad = tensor.data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return tensor;
  throw new InputError({
    code: 'adapter-not-finite',
    expected: `finite numbers in ${name}`,
    got: `${tensor.data[bad]} as element ${bad}`,
    where: file.path,
    todo: 'The adapter diverged while it was trained; use an earlier one.',
  });
}
