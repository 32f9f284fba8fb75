import { defineConfig } from 'vitest/config';

/** Checks of the packages as they are published, on what `npm run pack` left in `dist`. */
export default defineConfig({
  test: {
    include: ['scripts/packages/checks/*.test.ts'],
    globalSetup: ['scripts/packages/checks/install-with-npm.ts'],
    pool: 'forks',
    // Installing half a gigabyte takes its time on a busy machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
