import { InputError } from '@legend-fl/base';
import * as z from 'zod';

const moduleNames = z.union([z.string(), z.array(z.string())]);

/** adapter_config.json of PEFT as far as it bears on the forward pass; what is absent has PEFT's default. */
const peftConfigSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  task_type: z.literal('SEQ_CLS').nullish(),
  r: z.int().positive().default(8),
  lora_alpha: z.number().default(8),
  /** Whole module paths or their last parts; as one text, a regular expression for whole paths. */
  target_modules: moduleNames,
  exclude_modules: moduleNames.nullish(),
  /** Ranks and alphas of modules by a regular expression for the end of their paths; the first match counts. */
  rank_pattern: z.record(z.string(), z.int().positive()).default({}),
  alpha_pattern: z.record(z.string(), z.number()).default({}),
  /** Counted from 0. */
  layers_to_transform: z.union([z.int().nonnegative(), z.array(z.int().nonnegative())]).nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  /** Scale alpha / sqrt(r) in place of alpha / r. */
  use_rslora: z.boolean().default(false),
  bias: z.literal('none').default('none'),
  /** The initialisations that leave the base weights alone; the others (pissa, olora, …) need a changed base. */
  init_lora_weights: z.union([z.boolean(), z.enum(['gaussian', 'eva', 'orthogonal', 'mica'])]).nullish(),
});

export type PeftConfig = z.infer<typeof peftConfigSchema>;

/** Options of PEFT that change what an adapter computes in ways that Legend does not know. */
const UNSUPPORTED_OPTIONS = [
  'use_dora',
  'use_qalora',
  'use_bdlora',
  'lora_bias',
  'layer_replication',
  'target_parameters',
  'trainable_token_indices',
  'alora_invocation_tokens',
  'arrow_config',
  'kasa_config',
  'monteclora_config',
  'velora_config',
];

/** Checks the content of an adapter_config.json; throws an InputError for what Legend cannot honour. */
export function parsePeftConfig(value: Readonly<Record<string, unknown>>, where: string): PeftConfig {
  for (const option of UNSUPPORTED_OPTIONS) {
    const setting = value[option];
    const off = Array.isArray(setting) ? setting.length === 0 : !setting;
    if (off) continue;
    throw new InputError({
      code: 'adapter-unsupported',
      expected: `a LoRA adapter without ${option}`,
      got: `${option}: ${JSON.stringify(setting)}`,
      where,
      todo: 'Train the adapter without this option.',
    });
  }
  const parsed = peftConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError({
    code: 'adapter-config-invalid',
    expected: 'a LoRA configuration of PEFT for sequence classification',
    got: z.prettifyError(parsed.error).replaceAll('\n', ' '),
    where,
    todo: 'Check that this is the adapter_config.json of a LoRA adapter, or save it again with PEFT.',
    cause: parsed.error,
  });
}
