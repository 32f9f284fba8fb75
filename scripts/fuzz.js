/**
 * Runs all property and fuzz tests on cases that no run before has seen: from a fresh seed, or that of LEGEND_SEED, which
 * repeats a run. Further arguments go to Vitest.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { LEGEND_SEED = String(randomInt(2 ** 31)), LEGEND_FUZZ_CASES = '100000' } = process.env;

/** Contracts draw cases for the tests that run them. */
const drawing = /from 'fast-check'|\.contract\.ts'/;
const files = globSync('packages/*/src/**/*.test.ts', { cwd: root }).filter((file) =>
  drawing.test(readFileSync(join(root, file), 'utf8')),
);

const repeat = `LEGEND_SEED=${LEGEND_SEED} LEGEND_FUZZ_CASES=${LEGEND_FUZZ_CASES} npm run fuzz`;
console.log(`The seed is ${LEGEND_SEED}: \`${repeat}\` draws the same cases.`);
const { status } = spawnSync('vitest', ['run', ...files, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, LEGEND_SEED, LEGEND_FUZZ_CASES },
});
console.log(`The seed was ${LEGEND_SEED}.`);
process.exitCode = status ?? 1;
