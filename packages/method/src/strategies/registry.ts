import { InputError } from '@legend-fl/base';
import { fedadapter } from './fedadapter.ts';
import { fedlora } from './fedlora.ts';
import { fedquad } from './fedquad.ts';
import { ffaLora } from './ffa-lora.ts';
import { flexlora } from './flexlora.ts';
import { flora } from './flora.ts';
import { hetlora } from './hetlora.ts';
import { legend } from './legend.ts';
import { rolora } from './rolora.ts';
import type { Strategy } from './strategy.ts';
import { type ResolvedOptions, resolveOptions, type StrategyOptions } from './strategy-options.ts';

const STRATEGIES: Readonly<Record<string, (options: ResolvedOptions) => Strategy>> = {
  legend,
  fedlora,
  fedadapter,
  fedquad,
  hetlora,
  flexlora,
  flora,
  'ffa-lora': ffaLora,
  rolora,
};

export const strategyNames: readonly string[] = Object.keys(STRATEGIES);

/** Throws InputError `strategy-unknown` or `option-invalid`; ranks are checked once the model is known. */
export function createStrategy(name: string, options: StrategyOptions = {}): Strategy {
  const create = Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
  if (create !== undefined) return create(resolveOptions(options));
  throw new InputError({
    code: 'strategy-unknown',
    expected: `one of ${strategyNames.join(', ')}`,
    got: name,
    where: 'strategy',
    todo: 'Choose one of these strategies.',
  });
}
