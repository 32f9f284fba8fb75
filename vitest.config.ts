import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

// Test workers, and the hundreds of `legend` processes that tests start, compile their modules once.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('node_modules/.cache/node-compile-cache', import.meta.url),
);

const all = 'packages/*/src/**/*.test.ts';

/** Files that start programs: `legend`, Chromium, PostgreSQL. They run first, as the longest of them take a minute. */
const processes = [
  'packages/cli/src/**/*.test.ts',
  'packages/*/src/**/*.browser.test.ts',
  'packages/*/src/**/postgres-*.test.ts',
];

/** Files that load ONNX Runtime: its threads and memory belong to one file at a time. */
const runtimes = [
  'packages/{compiler,simulator,trainer}/src/**/*.test.ts',
  'packages/device/src/{,node/}*.test.ts',
  'packages/coordinator/src/{*,!(http|store)/**/*}.test.ts',
];

interface Group {
  /** Groups run in the order of their names. */
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Whether every file has a worker process of its own; else files share workers and the modules they have loaded. */
  readonly isolate: boolean;
}

const project = ({ name, include, exclude = [], isolate }: Group): TestProjectInlineConfiguration => ({
  extends: true,
  test: { name, include: [...include], exclude: [...exclude], isolate },
});

export default defineConfig({
  test: {
    // ONNX Runtime's, for tests that load it without `@legend-fl/trainer/node`.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    setupFiles: ['packages/base/src/testing/seed-properties.ts'],
    // A worker thread that is ended while ONNX Runtime computes takes its process with it.
    pool: 'forks',
    // Two files at a time on two cores, as those that start programs wait most of the time.
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    // Hanging is all that time limits are for: a busy machine may be ten times slower.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000 } },
    projects: [
      project({ name: 'processes', include: processes, isolate: true }),
      project({ name: 'runtimes', include: runtimes, exclude: processes, isolate: true }),
      project({ name: 'units', include: [all], exclude: [...processes, ...runtimes], isolate: false }),
    ],
  },
});
