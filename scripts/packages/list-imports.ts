import { parseSync, Visitor } from 'oxc-parser';

/** The text between the quotes of an import, and where it stands. */
export interface Import {
  readonly specifier: string;
  readonly start: number;
  readonly end: number;
}

interface Literal {
  readonly value?: unknown;
  readonly start: number;
  readonly end: number;
}

/** Everything that a module imports, exports from or resolves by a literal name, types included, in the order of the text. */
export function listImports(path: string, text: string): Import[] {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path} does not parse: ${errors[0].message}`);
  const imports: Import[] = [];
  const add = (literal: Literal | null | undefined): void => {
    if (typeof literal?.value !== 'string') return;
    imports.push({ specifier: literal.value, start: literal.start + 1, end: literal.end - 1 });
  };
  new Visitor({
    ImportDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(source as Literal),
    TSImportType: ({ source }) => add(source as Literal),
    CallExpression: ({ callee, arguments: [first] }) => {
      const calls = text.slice(callee.start, callee.end);
      if (calls === 'import.meta.resolve') add(first as Literal);
    },
  }).visit(program);
  return imports.sort((a, b) => a.start - b.start);
}

/** The package that a bare specifier belongs to; undefined for a path or a module of Node. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
}
