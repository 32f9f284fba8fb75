import { execFile } from 'node:child_process';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const home = () => mkdtemp(join(tmpdir(), 'legend-home-'));

/** Runs a module in a process that has never heard of the variable, in a home of its own. */
async function run(source: string): Promise<{ readonly said: string; readonly left: readonly string[] }> {
  const folder = await home();
  const { ORT_DISABLE_TELEMETRY: _set, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: import.meta.dirname,
    env: { ...env, HOME: folder, XDG_CACHE_HOME: '' },
  });
  return { said: stdout, left: await readdir(folder, { recursive: true }) };
}

const loadBroken = "await runtime.load(new Uint8Array(3)).catch(() => console.log('loaded the library'));";

test('ONNX Runtime keeps no telemetry', async () => {
  const { said, left } = await run(
    `import { nodeRuntime } from '@legend-fl/trainer/node'; const runtime = nodeRuntime({ threads: 1 }); ${loadBroken}`,
  );
  expect(said).toContain('loaded the library');
  expect(left).toEqual([]);
});

test('nor does it in worker threads', async () => {
  const { said, left } = await run(`
    import { Worker } from 'node:worker_threads';
    import { once } from 'node:events';
    import '@legend-fl/trainer/node';
    const code = \`import('@legend-fl/trainer/node').then(async ({ nodeRuntime }) => {
      const runtime = nodeRuntime({ threads: 1 });
      ${loadBroken}
    })\`;
    await once(new Worker(code, { eval: true }), 'exit');`);
  expect(said).toContain('loaded the library');
  expect(left).toEqual([]);
});
