export { apportion } from './apportion.ts';
export { entryOf } from './entry-of.ts';
export { InputError, type InputProblem } from './input-error.ts';
export { itemAt } from './item-at.ts';
export { locateProblem } from './locate-problem.ts';
export { nearestName } from './nearest-name.ts';
export { type InputSource, parseInput } from './parse-input.ts';
export { requireDefined } from './require-defined.ts';
export { type Random, seededRandom } from './seeded-random.ts';
