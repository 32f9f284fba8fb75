import { InputError } from '@legend-fl/base';
import type { ResolvedModel } from '@legend-fl/catalogue';
import type { AdapterNotes } from '@legend-fl/lora/node';

/** @throws InputError when the adapter's notes say that it was trained on other weights than the model's */
export function checkAdapterBase(
  folder: string | undefined,
  notes: AdapterNotes | undefined,
  model: ResolvedModel,
): void {
  if (!notes || notes.model.sha256 === model.sha256) return;
  throw new InputError({
    code: 'adapter-other-base',
    expected: `the model that the adapter was trained on, ${notes.model.id} (sha256 ${notes.model.sha256.slice(0, 12)}…)`,
    got: `${model.id} (sha256 ${model.sha256.slice(0, 12)}…)`,
    where: folder ?? '--adapter',
    todo: 'Give that model with --model.',
  });
}
