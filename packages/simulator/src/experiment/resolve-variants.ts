import { basename } from 'node:path';
import { InputError } from '@legend-fl/base';
import { checkStrategyName } from '@legend-fl/runs/node';
import type { Experiment, Variant } from './experiment.ts';

/** One run of an experiment: a strategy with its settings. */
export interface ResolvedVariant {
  /** Its name in results and its folder in the run folder. */
  readonly name: string;
  /** A strategy's name, or the path of a file. */
  readonly strategy: string;
  /** With the variant's own keys in place of the experiment's. */
  readonly experiment: Experiment;
}

/** The runs of an experiment, in its order. Throws InputError `variant-twice`, `strategy-name`. */
export function resolveVariants(experiment: Experiment): readonly ResolvedVariant[] {
  const variants = experiment.strategies.map((entry) =>
    typeof entry === 'string'
      ? { name: variantName(entry), strategy: entry, experiment }
      : resolveVariant(experiment, entry),
  );
  const names = variants.map(({ name }) => name);
  for (const name of names) checkStrategyName(name, 'strategies');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return variants;
  throw new InputError({
    code: 'variant-twice',
    expected: 'every name once',
    got: `${twice} twice`,
    where: 'strategies',
    todo: 'Leave one out, or give it a name of its own: { name: …, strategy: … }.',
  });
}

function resolveVariant(experiment: Experiment, variant: Variant): ResolvedVariant {
  const { name, strategy, local, ...keys } = variant;
  return {
    name,
    strategy,
    experiment: { ...experiment, ...keys, local: { ...experiment.local, ...local } },
  };
}

/** A strategy's name, or a file's name without folder and extension. */
function variantName(strategy: string): string {
  return basename(strategy).replace(/\.[cm]?[jt]s$/, '');
}
