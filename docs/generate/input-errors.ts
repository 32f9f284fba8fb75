import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Expression, parseSync, Visitor } from 'oxc-parser';
import { root } from './list-packages.ts';

/** One way in which input can be wrong, as the source words it. `…` stands for what depends on the case. */
export interface InputFault {
  readonly code: string;
  readonly packageName: string;
  /** What was expected; undefined where it is computed. */
  readonly expected?: string | undefined;
  /** What to do; undefined where it is computed. */
  readonly todo?: string | undefined;
  /** Whether a schema says what was expected, see `parseInput`. */
  readonly isChecked: boolean;
}

const testCode = /\.(test|contract|fixture)\.tsx?$|\/testing\//;

/** Every `{ code, where, … }` that becomes an InputError, in the source of all packages. */
export function listInputFaults(): readonly InputFault[] {
  const faults: InputFault[] = [];
  for (const file of globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root }).sort()) {
    if (testCode.test(file)) continue;
    const packageName = file.split('/')[1] ?? file;
    new Visitor({
      ObjectExpression({ properties }) {
        const given = new Map<string, Expression>();
        for (const property of properties) {
          if (property.type === 'Property' && property.key.type === 'Identifier') {
            given.set(property.key.name, property.value);
          }
        }
        const code = textOf(given.get('code'));
        // Refusals, logs and the like have codes too, but no place in some input.
        if (code === undefined || !/^[a-z…][a-z0-9…-]+$/.test(code) || !given.has('where')) return;
        const [expected, todo] = [given.get('expected'), given.get('todo')];
        const isChecked = expected === undefined && todo === undefined;
        faults.push({ code, packageName, expected: textOf(expected), todo: textOf(todo), isChecked });
      },
    }).visit(parseSync(file, readFileSync(join(root, file), 'utf8')).program);
  }
  return faults;
}

/** The text of a literal, with `…` for what a template fills in; undefined for anything computed. */
function textOf(expression: Expression | undefined): string | undefined {
  switch (expression?.type) {
    case 'Literal':
      return typeof expression.value === 'string' ? expression.value : undefined;
    case 'TemplateLiteral':
      return expression.quasis.map(({ value }) => value.cooked).join('…');
    case 'ConditionalExpression': {
      const either = [textOf(expression.consequent), textOf(expression.alternate)];
      return either.includes(undefined) ? undefined : either.join(' / ');
    }
    default:
      return undefined;
  }
}
