import { type Adapter, namedTensors, type Tensor } from '../adapter.ts';
import type { Factors } from '../local-training.ts';

/** A LoRA tensor's name: its module, `blocks.<l>.<target>`, and its factor. */
const LORA_NAME = /^(blocks\.\d+\..+)\.lora_([AB])$/;

/** Whether the tensor of this name, as `namedTensors` names it, is part of a message with these factors. */
export function travels(name: string, factors: Factors): boolean {
  if (factors === 'both') return true;
  const [, , factor] = LORA_NAME.exec(name) ?? [];
  return factor === undefined || factor === factors;
}

/** The tensors of the adapter that travel, by the names and in the order of `namedTensors`. */
export function travellingTensors(adapter: Adapter, factors: Factors): Map<string, Tensor> {
  return new Map([...namedTensors(adapter)].filter(([name]) => travels(name, factors)));
}

/** The LoRA modules, `blocks.<l>.<target>`, to which these tensors belong, in order of appearance. */
export function listLoraModules(tensorNames: Iterable<string>): string[] {
  const modules = [...tensorNames].flatMap((name) => LORA_NAME.exec(name)?.[1] ?? []);
  return [...new Set(modules)];
}
