export { InputError, type InputProblem } from './input-error.ts';
export { nearestName } from './nearest-name.ts';
export { type Random, seededRandom } from './seeded-random.ts';
