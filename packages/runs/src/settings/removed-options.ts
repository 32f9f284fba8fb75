import { InputError, type InputSource } from '@legend-fl/base';

/** Options that are gone, each with the values by which it did nothing. */
const REMOVED: Readonly<Record<string, readonly unknown[]>> = {
  trafficPrice: [0],
  waitingBound: [],
  importance: ['learned'],
  serverMomentum: [0],
};

/**
 * Settings of an earlier version without the options that were removed since, those of variants in `strategies` included.
 * Anything that is no group of keys comes back as it is.
 *
 * @throws InputError where a removed option was in effect
 */
export function withoutRemovedOptions(settings: unknown, source: InputSource): unknown {
  if (!isGroup(settings)) return settings;
  const kept = Object.entries(settings).filter(([key, value]) => {
    if (!Object.hasOwn(REMOVED, key)) return true;
    if (!REMOVED[key]?.includes(value)) throw removedOption(key, value, source);
    return false;
  });
  const { strategies, ...others } = Object.fromEntries(kept);
  if (!Array.isArray(strategies)) return Object.fromEntries(kept);
  const variants = strategies.map((variant, index) =>
    withoutRemovedOptions(variant, { ...source, where: `${source.where}: strategies[${index}]` }),
  );
  return { ...others, strategies: variants };
}

function removedOption(key: string, value: unknown, { code, where }: InputSource): InputError {
  return new InputError({
    code,
    expected: `no ${key}, an option that was removed because no measurement showed a gain`,
    got: JSON.stringify(value) ?? 'nothing',
    where: `${where}: ${key}`,
    todo: 'Remove it. A run that was begun with it can go on with commit 7cbde5c of Legend, the last to have it.',
  });
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
