import { parseSync } from 'oxc-parser';

const warning = '@experimental It may change in any release.';

interface Declared {
  readonly name: string;
  readonly start: number;
}

/** A declaration file in which every exported declaration that is not stable carries `@experimental`. */
export function markExperimental(path: string, text: string, stable: ReadonlySet<string>): string {
  const { program, comments } = parseSync(path, text);
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  let marked = text;
  for (const { name, start } of listDeclared(program.body).reverse()) {
    if (stable.has(name)) continue;
    const doc = docs.findLast(({ end }) => end <= start);
    if (doc !== undefined && text.slice(doc.end, start).trim() === '') {
      marked = `${marked.slice(0, doc.end - 2).trimEnd()}\n * ${warning}\n */${marked.slice(doc.end)}`;
    } else {
      marked = `${marked.slice(0, start)}/** ${warning} */\n${marked.slice(start)}`;
    }
  }
  return marked;
}

type Statement = ReturnType<typeof parseSync>['program']['body'][number];

function listDeclared(body: readonly Statement[]): Declared[] {
  return body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration' || !statement.declaration) return [];
    const { declaration, start } = statement;
    const named = 'declarations' in declaration ? declaration.declarations[0] : declaration;
    const id = named !== undefined && 'id' in named ? named.id : null;
    return id && 'name' in id ? [{ name: id.name as string, start }] : [];
  });
}
