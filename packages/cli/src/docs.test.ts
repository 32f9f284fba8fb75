import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { listCommands } from './testing/list-commands.ts';
import { listCommandLines, readPage } from './testing/read-page.ts';
import { runPage } from './testing/run-page.ts';

/**
 * Every command on a page: those of `legend` are parsed by the program itself, others name scripts and files that are
 * there; and pages with blocks `sh run` are done from top to bottom.
 */

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pages = globSync(['README.md', 'CONTRIBUTING.md', 'examples/*/README.md', 'docs/**/*.md'], {
  cwd: root,
})
  // Made from the source, or of the machine that built the site.
  .filter(
    (page) =>
      !/^docs\/(\.vitepress|reference\/(api\/|catalogue|commands|settings|protocol|errors)|contributing)/.test(
        page,
      ),
  )
  .sort();
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const shown = pages.flatMap((page) =>
  readPage(join(root, page))
    .filter(({ language }) => language === 'sh')
    .flatMap(listCommandLines)
    .map((line) => [page, line] as const),
);

test('pages show commands, all of them in fences of sh', () => {
  expect(shown.length).toBeGreaterThan(50);
  for (const page of pages) {
    for (const { language, text } of readPage(join(root, page))) {
      if (language === '') expect(text, page).not.toMatch(/^\s*(npx |legend |npm )/m);
    }
  }
});

test.for(shown)('%s: %s', async ([, line]) => {
  const words = splitWords(line);
  const legend = words[0] === 'npx' && words[1] === 'legend' ? words.slice(2) : words.slice(1);
  switch (words[0]) {
    case 'npx':
      if (words[1] === 'legend') await parse(legend);
      else expectRunnable(words.slice(1));
      break;
    case 'legend':
      await parse(legend);
      break;
    case 'npm':
      expectScript(words.slice(1));
      break;
    case 'node':
    case 'python':
      // The reader's own file on a page that shows it, else one of the repository.
      expect(words[1]).toMatch(/\.(ts|js|py)$/);
      break;
    default:
      expect(['git', 'cd', 'mkdir', 'pip', 'createuser', 'createdb']).toContain(words[0]);
  }
});

test('commands in the text have the options that it gives them', async () => {
  const commands = await listCommands();
  let found = 0;
  for (const page of pages) {
    for (const [, name, rest = ''] of readFileSync(join(root, page), 'utf8').matchAll(
      /`(?:npx )?legend ([a-z]+)((?: [^`\n]+)?)`/g,
    )) {
      const command = commands.find((each) => each.name() === name);
      expect(command, `${page}: legend ${name}`).toBeDefined();
      const flags = command ? listFlags(command) : [];
      for (const [flag] of rest.matchAll(/--[a-z-]+/g))
        expect(flags, `${page}: legend ${name}`).toContain(flag);
      found += 1;
    }
  }
  expect(found).toBeGreaterThan(20);
});

test('documents outside the site link to files that are there', () => {
  let found = 0;
  for (const page of globSync(['*.md', 'examples/*/README.md'], { cwd: root })) {
    for (const [, target = ''] of readFileSync(join(root, page), 'utf8').matchAll(
      /\]\(([^)#]+)(?:#[^)]*)?\)/g,
    )) {
      if (/^https?:/.test(target)) continue;
      expect(existsSync(join(root, dirname(page), target)), `${page}: ${target}`).toBe(true);
      found += 1;
    }
  }
  expect(found).toBeGreaterThan(20);
});

// At once, as a page with devices mostly waits.
describe.concurrent('a reader who does what the page says gets to its end:', () => {
  const runnable = pages
    .map((page) => [page, readPage(join(root, page))] as const)
    .filter(([, blocks]) => blocks.some(({ words }) => words.includes('run')));
  test('there are such pages', () => expect(runnable.length).toBeGreaterThan(5));
  test.for(runnable)('%s', { timeout: 600_000 }, async ([, blocks], { onTestFinished }) =>
    runPage(blocks, onTestFinished),
  );
});

/** Has the program parse a command line, without doing what it says. */
async function parse(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  const command = (await listCommands()).find((each) => each.name() === name);
  if (command === undefined) throw new Error(`There is no legend ${name}.`);
  disarm(command);
  await command.parseAsync(rest, { from: 'user' });
}

function disarm(command: Command): void {
  for (const inner of command.commands) disarm(inner);
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
}

function listFlags(command: Command): readonly string[] {
  const own = command.options.flatMap(({ long }) => long ?? []);
  return ['--help', ...own, ...command.commands.flatMap(listFlags)];
}

function expectScript([verb, name]: readonly string[]): void {
  if (verb === 'run') expect(Object.keys(scripts)).toContain(name);
  else expect(['init', 'install', 'start', 'test']).toContain(verb);
}

function expectRunnable([tool, ...args]: readonly string[]): void {
  expect(tool).toBe('vitest');
  for (const path of args.filter((arg) => arg.includes('/')))
    expect(existsSync(join(root, path)), path).toBe(true);
}

/** Words as a shell splits them, as far as the pages go: quotes, and no variables. */
function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}
