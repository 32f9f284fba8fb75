import { InputError } from '@legend-fl/base';
import * as z from 'zod';
import type { Architecture } from './architecture.ts';
import { bert } from './bert.ts';
import { distilbert } from './distilbert.ts';
import { roberta } from './roberta.ts';

/** `model_type` in config.json → how the model is built. */
const architectures = new Map<string, (config: unknown, classes: number) => Architecture>([
  ['bert', bert],
  ['roberta', roberta],
  ['distilbert', distilbert],
]);

/**
 * The architecture that a config.json describes, with a head of `classes` classes.
 * @param where the file, for error messages
 * @throws InputError for an unknown architecture or a config that lacks a field
 */
export function selectArchitecture(
  config: Readonly<Record<string, unknown>>,
  classes: number,
  where: string,
): Architecture {
  const modelType = String(config.model_type);
  const build = architectures.get(modelType);
  if (!build) {
    throw new InputError({
      code: 'architecture-unknown',
      expected: `model_type to be one of ${[...architectures.keys()].join(', ')}`,
      got: modelType,
      where,
      todo: 'Choose a model of one of these architectures.',
    });
  }
  try {
    return build(config, classes);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new InputError({
      code: 'config-invalid',
      expected: `the fields of a ${modelType} model`,
      got: z.prettifyError(error).replaceAll('\n', ' '),
      where,
      todo: 'Fetch the model again, or mend its config.json.',
      cause: error,
    });
  }
}
