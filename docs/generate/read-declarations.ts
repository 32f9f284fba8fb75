import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ExportNamedDeclaration, parseSync } from 'oxc-parser';
import { docCommentBefore } from './doc-comment.ts';

/** Something that a package exports. */
export interface Declaration {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'interface' | 'type' | 'constant';
  /** What its doc comment says; empty where there is none. */
  readonly about: string;
  /** As the compiler declares it. */
  readonly signature: string;
}

/** What a declaration file exports, followed through the files that it re-exports. */
export function readDeclarations(file: string): readonly Declaration[] {
  const found = readFile(file);
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** Declarations of one file by the name that it exports them under. */
function readFile(file: string): Map<string, Declaration> {
  const source = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, source);
  const exported = new Map<string, Declaration>();
  for (const statement of program.body) {
    if (statement.type === 'ExportAllDeclaration') {
      for (const [name, each] of followed(file, statement.source.value)) exported.set(name, each);
    } else if (statement.type === 'ExportNamedDeclaration' && statement.source) {
      const there = followed(file, statement.source.value);
      for (const { local, exported: as } of statement.specifiers) {
        const declaration = there.get(nameOf(local));
        // What another package exports is described with that package.
        if (declaration) exported.set(nameOf(as), { ...declaration, name: nameOf(as) });
      }
    } else if (statement.type === 'ExportNamedDeclaration' && statement.declaration) {
      const about = docCommentBefore(comments, source, statement.start) ?? '';
      const signature = readSignature(source, statement.declaration);
      for (const { name, kind } of listNames(statement.declaration)) {
        // Overloads are one function.
        const before = exported.get(name);
        exported.set(name, {
          name,
          kind,
          about: before?.about || about,
          signature: before ? `${before.signature}\n${signature}` : signature,
        });
      }
    }
  }
  return exported;
}

/** Characters from which the parameters of a function get a line each. */
const LONG_SIGNATURE = 90;

type ExportedDeclaration = NonNullable<ExportNamedDeclaration['declaration']>;

function readSignature(source: string, declaration: ExportedDeclaration): string {
  const text = source.slice(declaration.start, declaration.end).replace(/^declare /, '');
  if (declaration.type !== 'TSDeclareFunction' || text.length < LONG_SIGNATURE) return text;
  const [first, last] = [declaration.params.at(0), declaration.params.at(-1)];
  if (first === undefined || last === undefined) return text;
  const lines = declaration.params.map(({ start, end }) => `  ${source.slice(start, end)},`);
  const before = source.slice(declaration.start, first.start).replace(/^declare /, '');
  return [before, ...lines, source.slice(last.end, declaration.end)].join('\n');
}

function followed(file: string, specifier: string): Map<string, Declaration> {
  if (!specifier.startsWith('.')) return new Map();
  const target = join(dirname(file), specifier.replace(/\.(ts|js)x?$/, '.d.ts'));
  if (!existsSync(target)) throw new Error(`${file} exports from ${specifier}, which was not declared.`);
  return readFile(target);
}

const kinds: Readonly<Record<string, Declaration['kind']>> = {
  TSDeclareFunction: 'function',
  FunctionDeclaration: 'function',
  ClassDeclaration: 'class',
  TSInterfaceDeclaration: 'interface',
  TSTypeAliasDeclaration: 'type',
  VariableDeclaration: 'constant',
};

function listNames(declaration: ExportedDeclaration): readonly Pick<Declaration, 'name' | 'kind'>[] {
  const kind = kinds[declaration.type];
  if (kind === undefined) throw new Error(`No kind for ${declaration.type}.`);
  const ids =
    declaration.type === 'VariableDeclaration'
      ? declaration.declarations.map(({ id }) => id)
      : [declaration.id];
  return ids.map((id) => {
    if (id?.type !== 'Identifier') throw new Error(`An exported ${kind} has no name.`);
    return { name: id.name, kind };
  });
}

function nameOf(specifier: { readonly name?: string; readonly value?: string }): string {
  return specifier.name ?? specifier.value ?? '';
}
