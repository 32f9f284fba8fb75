import fc from 'fast-check';

/**
 * Runs before every file of tests: property and fuzz tests draw the same cases each time, or those of LEGEND_SEED, a whole
 * number (`npm run fuzz` draws a fresh one).
 */
const { LEGEND_SEED = '1' } = process.env;
const seed = Number(LEGEND_SEED);
if (!Number.isInteger(seed)) throw new Error(`LEGEND_SEED: expected a whole number, got "${LEGEND_SEED}".`);
fc.configureGlobal({ seed });
