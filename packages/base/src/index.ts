export { InputError, type InputProblem } from './input-error.ts';
export { type Random, seededRandom } from './seeded-random.ts';
