/** Fails where an import goes against the arrows between packages or the order of a package's folders, or takes Node's modules into browser code. */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { parseSync, Visitor } from 'oxc-parser';

/** Which package may import which. A line names only lines above it, so the arrows point one way. */
const arrows = {
  base: [],
  look: [],
  adapter: ['base'],
  compiler: ['base'],
  catalogue: ['base'],
  data: ['base'],
  models: ['base', 'compiler', 'adapter'],
  lora: ['base', 'models', 'compiler', 'adapter'],
  trainer: ['base', 'lora', 'models', 'compiler', 'adapter'],
  method: ['base', 'adapter'],
  runs: ['base', 'method', 'trainer', 'lora', 'models', 'adapter'],
  simulator: ['base', 'runs', 'method', 'trainer', 'lora', 'models', 'adapter'],
  report: ['base', 'runs', 'look'],
  protocol: ['base', 'runs'],
  device: ['base', 'protocol', 'runs', 'method', 'trainer', 'lora', 'models', 'adapter', 'data'],
  coordinator: ['base', 'protocol', 'runs', 'method', 'trainer', 'lora', 'models', 'adapter'],
  web: ['base', 'device', 'protocol', 'report', 'look', 'trainer', 'data'],
  cli: [
    'base',
    'look',
    'adapter',
    'compiler',
    'catalogue',
    'data',
    'models',
    'lora',
    'trainer',
    'method',
    'runs',
    'simulator',
    'report',
    'protocol',
    'device',
    'coordinator',
    'web',
  ],
};

/**
 * Folders of a package in the order in which they build on each other: a file imports from its own folder and those before
 * it. Files beside the folders wire them together.
 */
const folderOrders = {
  coordinator: [
    'refusals',
    'pacing',
    'store',
    'settings',
    'log',
    'fleet',
    'phases',
    'results',
    'runs',
    'watching',
    'enrolment',
    'updates',
    'services',
    'http',
  ],
};

/** Further arrows of tests alone: where two sides of a wire meet. */
const testArrows = { coordinator: ['device'] };

/** Packages that run in a browser: nothing of Node's outside their tests and `src/node/`. */
const browserPackages = [
  'base',
  'look',
  'adapter',
  'compiler',
  'data',
  'models',
  'lora',
  'trainer',
  'method',
  'runs',
  'protocol',
  'device',
  'web',
];

/** Folders that do, of packages that do not. */
const browserFolder = /^packages\/report\/src\/page\//;

/** Folders of a package that alone may import what runs in one place only. */
const homes = { 'onnxruntime-node': 'node', piscina: 'node', 'onnxruntime-web': 'web' };

const testCode = /\.(test|contract|fixture)\.tsx?$|\/testing\//;
const nodeCode = /^packages\/[^/]+\/src\/node\//;

let complaints = 0;
/** Modules that a module names by a path, for their types alone too. */
const neighbours = new Map();
for await (const path of glob('{packages/*/src,bench,examples}/**/*.{ts,tsx,js}')) {
  const imports = listImports(path);
  neighbours.set(
    path,
    imports.filter((imported) => imported.startsWith('.')).map((imported) => join(dirname(path), imported)),
  );
  for (const imported of imports) {
    const complaint = findFault(path, imported);
    if (complaint === undefined) continue;
    console.error(`${path} imports ${imported}: ${complaint}`);
    complaints++;
  }
}
for (const circle of findCircles()) {
  console.error(`${circle.join(' imports\n  ')}: a circle; give what they share a file of its own`);
  complaints++;
}
if (complaints > 0) process.exitCode = 1;

/** Paths from a module back to itself, one for each import that closes a circle. */
function findCircles() {
  const [circles, done, way] = [[], new Set(), []];
  const visit = (path) => {
    const start = way.indexOf(path);
    if (start >= 0) circles.push([...way.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    way.push(path);
    for (const next of neighbours.get(path) ?? []) visit(next);
    way.pop();
    done.add(path);
  };
  for (const path of neighbours.keys()) visit(path);
  return circles;
}

/** What a file imports or exports from, types included, as written. */
function listImports(path) {
  const { program, errors } = parseSync(path, readFileSync(path, 'utf8'));
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0].message}`);
  const imports = [];
  const add = ({ source }) => typeof source?.value === 'string' && imports.push(source.value);
  new Visitor({
    ImportDeclaration: add,
    ExportNamedDeclaration: add,
    ExportAllDeclaration: add,
    ImportExpression: add,
    TSImportType: add,
  }).visit(program);
  return imports;
}

/** Why a file may not import this, or undefined where it may. */
function findFault(path, imported) {
  const [top, name] = path.split('/');
  const home = top === 'packages' ? `${top}/${name}` : top;
  const isTest = testCode.test(path);
  const runsInBrowser = browserPackages.includes(name) || browserFolder.test(path);
  const isBrowserCode = runsInBrowser && !isTest && !nodeCode.test(path);
  if (top === 'packages' && !(name in arrows)) return `scripts/check-layering.js gives ${name} no arrows`;
  const place = homes[imported.split('/')[0]];
  if (place && !isTest && !path.includes(`/src/${place}/`)) return `only src/${place}/ may import it`;
  if (isBuiltin(imported)) return isBrowserCode ? 'a browser has no modules of Node' : undefined;
  if (imported.startsWith('.')) {
    const target = join(dirname(path), imported);
    if (!target.startsWith(`${home}/`)) return 'another package is imported by its name';
    if (isBrowserCode && nodeCode.test(target)) return 'code for browsers cannot use what needs Node';
    if (isTest) return undefined;
    return testCode.test(target)
      ? 'only tests import what is made for tests'
      : findBackArrow(name, path, target);
  }
  const [, target, subpath] = /^@legend-fl\/([^/]+)(.*)$/.exec(imported) ?? [];
  if (target === undefined || top !== 'packages') return undefined;
  const targets = [...arrows[name], ...((isTest && testArrows[name]) || [])];
  if (!targets.includes(target)) return `no arrow points from ${name} to ${target}`;
  if (!isDeclared(home, `@legend-fl/${target}`, isTest)) return `${home}/package.json does not list it`;
  if (subpath === '/testing' && !isTest) return 'only tests import what is made for tests';
  return isBrowserCode && subpath === '/node' ? 'code for browsers cannot use what needs Node' : undefined;
}

/** Why a file may not import another one of its package, or undefined where it may. */
function findBackArrow(name, path, target) {
  const order = folderOrders[name];
  if (order === undefined || !target.includes('/src/')) return undefined;
  const [from, to] = [path, target].map((file) => file.split('/src/')[1].split('/'));
  if (from.length === 1 || from[0] === to[0]) return undefined;
  const [above, below] = [from[0], to[0]].map((folder) => order.indexOf(folder));
  if (above < 0 || below < 0)
    return `scripts/check-layering.js gives ${above < 0 ? from[0] : to[0]} no place in ${name}`;
  return below < above ? undefined : `${from[0]} comes before ${to[0]} in ${name}`;
}

function isDeclared(home, dependency, isTest) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${home}/package.json`, 'utf8'));
  return dependency in { ...dependencies, ...(isTest && devDependencies) };
}
