/** What tests of other packages plan rounds with. */
export { adapterFor, profileOf } from './round-contexts.ts';
export { type StrategyVariant, strategyVariants } from './strategy-variants.ts';
