import { readFileSync } from 'node:fs';
import type { ConstantData } from '../graph/graph.ts';

type Numbers = Pick<ConstantData, 'dims' | 'data'>;

/** A tiny Llama with LoRA and what transformers and PEFT make of it: written by testdata/decoder/make.py. */
export interface DecoderGolden {
  readonly config: DecoderConfig;
  /** By checkpoint name; the matrices of LoRA are `<path>.lora_A.weight` and `<path>.lora_B.weight`. */
  readonly parameters: Readonly<Record<string, Numbers>>;
  readonly batches: readonly {
    readonly inputIds: Numbers;
    /** The token that follows each one. */
    readonly labels: Numbers;
    /** Each token's weight in the loss; 0 where no token follows. */
    readonly weights: Numbers;
    readonly loss: number;
    /** Of the trained parameters. */
    readonly gradients: Readonly<Record<string, Numbers>>;
  }[];
}

export interface DecoderConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly vocab_size: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly r: number;
  readonly lora_alpha: number;
}

const file = new URL('../../../../testdata/decoder/decoder.json', import.meta.url);

export const decoderGolden: DecoderGolden = JSON.parse(readFileSync(file, 'utf8'));
