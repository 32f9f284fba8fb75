import type { RunForDevices } from '@legend-fl/protocol';
import { limits } from '@legend-fl/protocol';

/** What the coordinator knows of its run, and may be told back. */
type KnownRun = Pick<RunForDevices, 'classes'>;

/**
 * Why a device cannot go on, for the operator: a sentence about the error's code and what the run expects. Nothing else
 * of the error is sent: its parts may hold labels, column names, paths and texts, which never leave the device.
 *
 * ```ts
 * reasonForOperator(error, run); // its data do not fit: data-label-unknown (expected one of negative, positive)
 * ```
 *
 * @param run undefined where the device has not heard of it yet
 * @returns at most `limits.reasonLength` characters
 */
export function reasonForOperator(error: unknown, run: KnownRun | undefined): string {
  const code = codeOf(error);
  const about = code === undefined ? undefined : aboutCode.get(code);
  if (code === undefined || about === undefined) return 'its program failed';
  const expected = expectedOf(code, run);
  const sentence = `${about}: ${code}${expected === undefined ? '' : ` (expected ${expected})`}`;
  const { reasonLength } = limits;
  return sentence.length <= reasonLength ? sentence : `${sentence.slice(0, reasonLength - 1)}…`;
}

/** What would have been right; nothing that the coordinator does not know already. */
function expectedOf(code: string, run: KnownRun | undefined): string | undefined {
  const isLabel = code === 'data-label-unknown' || code === 'data-label-invalid';
  return isLabel ? run && `one of ${run.classes.join(', ')}` : expectations.get(code);
}

const expectations: ReadonlyMap<string, string> = new Map([
  ['data-column-missing', 'a column of texts and one of labels; the device names them with its options'],
  ['data-no-rows', 'at least one example'],
  ['data-text-empty', 'a text in each row'],
  ['data-text-invalid', 'a text in each row'],
  ['data-format-unknown', 'JSONL, CSV, TSV or Parquet'],
  ['memory-too-small', 'enough for one block'],
  ['loss-not-finite', 'a lower learning rate, or better labels'],
  ['training-diverged', 'a lower learning rate, or better labels'],
]);

/** Only these codes are sent: a program that embeds a device may put anything into the codes of its own errors. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'its data do not fit': [
    'data-column-missing',
    'data-format-unknown',
    'data-label-invalid',
    'data-label-unknown',
    'data-line-unparsable',
    'data-no-rows',
    'data-not-utf8',
    'data-one-class',
    'data-split-size',
    'data-text-empty',
    'data-text-invalid',
    'examples-missing',
  ],
  'its data cannot be read': ['data-file-missing', 'data-file-unreadable', 'file-unreadable'],
  'it has too little memory': ['memory-too-small'],
  'it cannot use what the coordinator sent': [
    'activation-unknown',
    'adapter-tensors',
    'architecture-unknown',
    'checkpoint-index-invalid',
    'checkpoint-weights-missing',
    'config-invalid',
    'depth-invalid',
    'file-missing',
    'file-truncated',
    'json-invalid',
    'local-training-invalid',
    'max-length-too-small',
    'merged-weights-invalid',
    'safetensors-dtype-unknown',
    'safetensors-dtype-unsupported',
    'safetensors-header-invalid',
    'safetensors-header-too-long',
    'safetensors-offsets-invalid',
    'safetensors-size-mismatch',
    'safetensors-truncated',
    'target-unknown',
    'tensor-missing',
    'tensor-shape-mismatch',
    'tokenizer-invalid',
    'wire-alphas',
    'wire-code',
    'wire-description',
    'wire-dtype',
    'wire-header-too-long',
    'wire-scale',
    'wire-shape',
    'wire-tensor-extra',
    'wire-tensor-missing',
  ],
  'its training failed': ['loss-not-finite', 'training-diverged', 'wire-not-finite', 'wire-overflow'],
  'it cannot keep its state': [
    'device-state-damaged',
    'disk-full',
    'write-failed',
    // Of a browser.
    'QuotaExceededError',
  ],
};

const aboutCode = new Map(
  Object.entries(groups).flatMap(([about, codes]) => codes.map((code) => [code, about] as const)),
);

/** That of our own errors; the name of a browser's, whose code is a number. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as Error & { readonly code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
