import { describe, expect, it } from 'vitest';
import { createStrategy, strategyNames } from './registry.ts';
import { describeStrategyContract } from './strategy.contract.ts';

for (const name of strategyNames) describeStrategyContract(name, () => createStrategy(name));

describe('strategies by name', () => {
  it.each(['', 'fedavg', 'toString'])('refuse %j, listing those there are', (name) => {
    expect(() => createStrategy(name)).toThrow(`expected one of ${strategyNames.join(', ')}, got`);
  });

  it('refuse options that make no sense', () => {
    expect(() => createStrategy('legend', { alphaPerRank: 0 })).toThrow(
      /alphaPerRank: expected a finite number/,
    );
    expect(() => createStrategy('legend', { alphaPerRank: Number.NaN })).toThrow(/alphaPerRank/);
  });
});
