import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, listPackages, type Package, root } from './list-packages.ts';
import { code, escapeText, table } from './markdown.ts';
import { type Declaration, readDeclarations } from './read-declarations.ts';

/** Names of pages below `reference/api` with their text: one per package, and the list of them. */
export function apiPages(): ReadonlyMap<string, string> {
  const packages = listPackages().filter(({ folder }) => folder !== 'cli');
  const declared = emitDeclarations(packages);
  try {
    return new Map([
      ['index', listPage(packages)],
      ...packages.map((each) => [each.folder, packagePage(each, declared)] as const),
    ]);
  } finally {
    rmSync(declared, { recursive: true });
  }
}

/**
 * Has TypeScript declare the entries, so that signatures are whole where the source leaves types to inference.
 * @returns the folder of the declarations, laid out as the repository is
 */
function emitDeclarations(packages: readonly Package[]): string {
  const out = join(root, 'docs/.vitepress/cache/declarations');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const config = join(out, 'tsconfig.json');
  const entries = packages.flatMap(({ name, entries }) =>
    entries.map(({ path, file }) => ({ name: name + path.slice(1), file: join(root, file) })),
  );
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    jsx: 'react-jsx',
    jsxImportSource: 'preact',
    lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'webworker'],
    rootDir: root,
    outDir: out,
    // Through their links in node_modules, packages would count as foreign, of which nothing is emitted.
    paths: Object.fromEntries(entries.map(({ name, file }) => [name, [file]])),
  };
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions,
      include: [],
      files: entries.map(({ file }) => file),
    }),
  );
  const tsc = JSON.parse(readFileSync(join(root, 'node_modules/typescript/package.json'), 'utf8')).bin.tsc;
  const args = [join(root, 'node_modules/typescript', tsc), '--project', config];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The compiler could not declare the packages:\n${stdout}${stderr}`);
  return out;
}

function listPage(packages: readonly Package[]): string {
  return [
    '# Packages',
    'What each package exports, from its declarations and doc comments.',
    table(
      ['package', ''],
      packages.map(({ name, folder, description }) => [
        `[\`${name}\`](./${folder}.md)`,
        escapeText(description),
      ]),
    ),
  ].join('\n\n');
}

function packagePage({ name, description, entries }: Package, declared: string): string {
  return [
    `# ${name}`,
    `${escapeText(description)}.`,
    ...entries.map((entry) => describeEntry(name, entry, declared)),
  ].join('\n\n');
}

const order = ['function', 'class', 'interface', 'type', 'constant'] as const;
const headings = {
  function: 'Functions',
  class: 'Classes',
  interface: 'Interfaces',
  type: 'Types',
  constant: 'Constants',
};

function describeEntry(name: string, { path, file }: Entry, declared: string): string {
  const declarations = readDeclarations(join(declared, file.replace(/\.tsx?$/, '.d.ts')));
  const from = name + path.slice(1);
  return [
    `## ${code(from)}`,
    ...order.flatMap((kind) => {
      const ofKind = declarations.filter((each) => each.kind === kind);
      return ofKind.length === 0 ? [] : [`### ${headings[kind]} of ${from}`, ...ofKind.map(describe)];
    }),
  ].join('\n\n');
}

function describe({ name, about, signature }: Declaration): string {
  return [
    `#### ${name}`,
    ...(about === '' ? [] : [describeComment(about)]),
    ['```ts', signature.replaceAll('```', '` ` `'), '```'].join('\n'),
  ].join('\n\n');
}

/** The text of a doc comment, its tags as a list after it, its examples as code. */
function describeComment(comment: string): string {
  const [text = '', ...tags] = comment.split(/^@(?=[a-z]+)/m);
  const lines = tags.map((tag) => {
    const [, word = '', rest = ''] = /^([a-z]+)\s*([\s\S]*)$/.exec(tag) ?? [];
    if (word === 'example') return rest.includes('```') ? rest : ['```ts', rest.trim(), '```'].join('\n');
    if (word === 'param') return `- ${escapeText(rest.trim().replace(/^(\S+)/, '`$1`:'))}`;
    return `- ${labels[word] ?? word} ${escapeText(rest.trim())}`;
  });
  return [
    ...text
      .trim()
      .split(/\n\s*\n/)
      .map(escapeText),
    lines.join('\n'),
  ]
    .join('\n\n')
    .trim();
}

const labels: Readonly<Record<string, string>> = {
  returns: 'Returns',
  throws: 'Throws',
  see: 'See',
};
