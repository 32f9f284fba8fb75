import * as z from 'zod';
import { codecNames } from './codec.ts';

/** The key of a message's description, JSON, in the metadata of the safetensors file. */
export const METADATA_KEY = 'legend';

/**
 * The scales of all tensors of an int8 message, F32 [chunks], in the order of the tensors: one tensor, because a
 * companion for each would double the header, and its name could be that of a head parameter.
 */
export const SCALE_NAME = 'scale';

/** The version of the message format. */
export const VERSION = 1;

/** More blocks than any model has; it keeps a forged number from reserving memory. */
const MAX_BLOCKS = 1000;

const shared = { version: z.literal(VERSION), codec: z.enum(codecNames) };

/** Down, from coordinator to device. */
export const adapterDescription = z.strictObject({
  ...shared,
  kind: z.literal('adapter'),
  /** Of the model, L: the tensors need not reach all of them. */
  blocks: z.int().nonnegative().max(MAX_BLOCKS),
  /** Of the LoRA modules, in the order in which the tensors name them. */
  alphas: z.array(z.number()),
});

/** Up, from device to coordinator. */
export const updateDescription = z.strictObject({
  ...shared,
  kind: z.literal('update'),
  /** The trained values themselves, or what has to be added to the values that the device received. */
  content: z.enum(['values', 'difference']),
});

export type Description = z.infer<typeof adapterDescription> | z.infer<typeof updateDescription>;
