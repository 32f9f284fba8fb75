import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { runLegend } from './testing/run-legend.ts';

/** The files of `deploy` and the text about them say what the program understands. */

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const files = [
  ...readdirSync(join(root, 'deploy')).map((name) => `deploy/${name}`),
  'docs/how-to/operating.md',
];

test('the Dockerfile has no mistake, and copies what there is', () => {
  expect(validate(read('deploy/Dockerfile'))).toEqual([]);
  expect(validate('FROM a\nCOPYY b c')).not.toEqual([]);
  const copied = [...read('deploy/Dockerfile').matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, from = '']) =>
    from.split(' '),
  );
  const there = readdirSync(root);
  expect(copied.length).toBeGreaterThan(3);
  for (const name of copied) expect(there).toContain(name);
});

test.each(['serve', 'join', 'token create', 'token operator'])(
  'legend %s has the options used',
  async (command) => {
    const { stdout } = await runLegend(...command.split(' '), '--help');
    const uses = files.flatMap((file) => {
      const lines = read(file)
        .replace(/\\\n\s*/g, ' ')
        .split('\n');
      return lines.filter((line) => new RegExp(`(legend|main\\.ts) ${command}\\b`).test(line));
    });
    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses) {
      const after = use.slice(use.search(new RegExp(`(legend|main\\.ts) ${command}\\b`)));
      for (const [flag] of after.matchAll(/--[a-z-]+/g)) expect(stdout, use).toContain(flag);
    }
  },
);

test('the units are whole', () => {
  for (const unit of files.filter((name) => name.endsWith('.service'))) {
    expect(read(unit)).toMatch(/\[Unit\][\s\S]*\[Service\][\s\S]*ExecStart=[\s\S]*\[Install\]/);
  }
});
