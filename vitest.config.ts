import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    // ONNX Runtime's, for tests that load it without `@legend-fl/trainer/node`.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    include: ['packages/*/src/**/*.test.{ts,tsx}'],
    // ONNX Runtime's threads and memory belong to one test file at a time.
    pool: 'forks',
    // A test that trains, or a hook that starts a browser, takes seconds on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
