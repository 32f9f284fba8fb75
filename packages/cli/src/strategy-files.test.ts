import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectBadInput } from './testing/expect-bad-input.ts';
import { home, labelledRows, newFolder, runLegend, tinyModel, writeRows } from './testing/run-legend.ts';

/** Strategies in files of folders that know nothing of this repository. */

const example = fileURLToPath(new URL('../../../examples/01-your-own-strategy/strategy.ts', import.meta.url));
const office = fileURLToPath(new URL('../../../examples/02-your-own-fleet/office.yaml', import.meta.url));

let data: string;
beforeAll(async () => {
  data = await writeRows(labelledRows(60, 1));
});

/** A file in a folder of its own, by its path from where `legend` is started. */
async function writeStrategy(text: string): Promise<string> {
  const path = join(await newFolder(), 'mine.ts');
  await writeFile(path, text);
  return relative(home, path);
}

/** FedLoRA whose method `name` has this body. */
function fedloraWith(name: string, body: string): string {
  return `import { createStrategy, type Strategy, type StrategyOptions } from '@legend-fl/method';

export default function mine(options: StrategyOptions): Strategy {
  const base = createStrategy('fedlora', options);
  let calls = 0;
  return { ...base, name: 'mine', ${name}(...given: never[]) {
    calls++;
    ${body}
  } };
}
`;
}

const plan = (strategy: string) =>
  runLegend('plan', '--fleet', office, '--model', tinyModel, '--strategy', strategy);

const simulate = (strategy: string, out: string, ...options: string[]) =>
  runLegend(
    ...['simulate', '--fleet', office, '--model', tinyModel, '--data', data, '--strategy', strategy],
    ...['--rounds', '3', '--out', out, '--workers', '1', ...options],
  );

test('a strategy from a file runs beside ours, by a path from the working directory', async () => {
  const strategy = await writeStrategy(await readFile(example, 'utf8'));
  const out = join(await newFolder(), 'run');
  const { code, stdout, stderr } = await simulate(`${strategy},fedlora`, out, '--json');
  expect(code, stderr).toBe(0);
  const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(JSON.parse(stdout).strategies).toMatchObject([
    { name: 'mine', rounds: 3, method: { name: 'half-depth' }, strategyFile: { path: strategy, sha256 } },
    { name: 'fedlora', rounds: 3 },
  ]);
});

test('a strategy file of the time when the packages had other names still runs', async () => {
  const text = await readFile(example, 'utf8');
  expect(text).toContain("'@legend-fl/method'");
  const { code, stderr } = await plan(await writeStrategy(text.replaceAll('@legend-fl/', '@legend/')));
  expect(code, stderr).toBe(0);
});

test('an experiment file names it by a path from its own folder', async () => {
  const folder = await newFolder();
  await cp(example, join(folder, 'mine.ts'));
  await writeFile(
    join(folder, 'experiment.yaml'),
    `model: ${tinyModel}\ndata: ${data}\nfleet: ${office}\nrounds: 1\nstrategies:\n  - ./mine.ts\n  - { name: small, strategy: ./mine.ts, ranks: { kind: uniform, min: 1 } }\n`,
  );
  const out = join(folder, 'run');
  const { code, stdout, stderr } = await runLegend(
    ...['simulate', join(folder, 'experiment.yaml'), '--out', out, '--json'],
  );
  expect(code, stderr).toBe(0);
  const { strategies } = JSON.parse(stdout);
  expect(strategies.map(({ name }: { name: string }) => name)).toEqual(['mine', 'small']);
  expect(strategies[1].bytesUp).toBeLessThan(strategies[0].bytesUp);
});

test('plan takes one; what its own files import is this installation’s too', async () => {
  const strategy = await writeStrategy(`
import { refuse } from './refuse.ts';
export default () => refuse();`);
  await writeFile(
    join(home, dirname(strategy), 'refuse.ts'),
    `import { InputError } from '@legend-fl/base';
export function refuse(): never {
  throw new InputError({ code: 'not-today', expected: 'a', got: 'b', where: 'here', todo: 'c' });
}`,
  );
  expectBadInput(
    await plan(strategy),
    /mine\.ts:3, default export, here: expected a, got b\. c \(not-today\)/,
  );
  const good = await plan(example);
  expect(good.code, good.stderr).toBe(0);
  expect(good.stdout).toMatch(/^half-depth: ranks 4 8 12 /);
});

describe('plan refuses', () => {
  test.each<[string, string, RegExp]>([
    [
      'syntax that is more than types',
      'export default () => {\n  enum A { B }\n};',
      /mine\.ts:2: expected a module that can be loaded, got TypeScript enum is not supported/,
    ],
    [
      'a part that the library has not',
      "import { nope } from '@legend-fl/method';\nexport default () => nope;",
      /mine\.ts:1: expected a module that can be loaded, got .*does not provide an export named 'nope'/,
    ],
    [
      'a package that is not there',
      "import nope from 'nope';\nexport default () => nope;",
      /got Cannot find package 'nope'/,
    ],
    [
      'an error in plan, with its line',
      fedloraWith('plan', 'return given[0].devices.nope.length;'),
      /mine\.ts:8, plan: expected no error, got TypeError: Cannot read properties of undefined/,
    ],
    [
      'a plan that claims less memory than it takes',
      fedloraWith(
        'plan',
        'const plan = base.plan(...given as [never]); return { ...plan, devices: plan.devices.map((device) => ({ ...device, memoryBytes: 1 })) };',
      ),
      /plan, device laptop-ann: expected memoryBytes of at least \d+, .* \(plan-understated\)/,
    ],
  ])('%s', async (_, text, message) => {
    expectBadInput(await plan(await writeStrategy(text)), message);
  });
});

describe('a run ends with the round and the line, and nothing half-written,', () => {
  test.each<[string, string, string, RegExp]>([
    [
      'where deviceAdapter fails',
      'deviceAdapter',
      'throw new Error("no idea");',
      /^error: mine, round 1, device [\w-]+, .*mine\.ts:8, deviceAdapter: expected no error, got Error: no idea/,
    ],
    [
      'where add fails',
      'add',
      'throw new Error("no idea");',
      /^error: mine, round 1, .*mine\.ts:8, add: expected no error, got Error: no idea/,
    ],
    [
      'where memory is more than JSON',
      'finish',
      'return { ...base.finish(given[0]), memory: { calls, draw: () => calls } };',
      /^error: mine, round 1, .*mine\.ts, finish: expected plain JSON in memory\.draw, got a function/,
    ],
  ])('%s', async (_, method, body, message) => {
    const out = join(await newFolder(), 'run');
    const { code, stdout, stderr } = await simulate(await writeStrategy(fedloraWith(method, body)), out);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
    expect([code, stdout]).toEqual([2, '']);
    expect(await readFile(join(out, 'mine', 'rounds.jsonl'), 'utf8')).toBe('');
  });

  test('and once the file is mended goes on from there, recording both versions', async () => {
    const path = await writeStrategy(
      fedloraWith(
        'finish',
        'if (calls === 3) throw new Error("not a third time"); return base.finish(given[0]);',
      ),
    );
    const out = join(await newFolder(), 'run');
    const failed = await simulate(path, out);
    expect(failed.code).toBe(2);
    expect(failed.stderr).toMatch(
      /error: mine, round 3, .*mine\.ts:8, finish: expected no error, got Error: not a third time/,
    );

    await writeFile(join(home, path), fedloraWith('finish', 'return base.finish(given[0]);'));
    const resumed = await simulate(path, out, '--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain(`note: ${path} has changed since mine ran its first rounds`);
    expect(resumed.stderr).toMatch(/^mine, from round 3$/m);
    const lines = (await readFile(join(out, 'mine', 'rounds.jsonl'), 'utf8')).trimEnd().split('\n');
    const versions = lines.map((line) => JSON.parse(line).strategySha256);
    expect(versions).toEqual([versions[0], versions[0], expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(versions[2]).not.toBe(versions[0]);

    const unchanged = await simulate(path, out, '--resume');
    expect([unchanged.code, unchanged.stderr]).toEqual([0, '']);
    await writeFile(join(home, path), fedloraWith('finish', 'return base.finish(given[0]) ;'));
    const again = await simulate(path, out, '--resume');
    expect(again.code).toBe(0);
    expect(again.stderr).toContain(`note: ${path} has changed`);
  });
});
