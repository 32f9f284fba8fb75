import { z } from 'zod';
import { InputError } from './input-error.ts';
import { nearestName } from './nearest-name.ts';
import { requireDefined } from './require-defined.ts';

export interface InputSource {
  /** Code of the InputError, e.g. `fleet-invalid`. */
  readonly code: string;
  /** The file or option that the value comes from. */
  readonly where: string;
}

/**
 * Checks a value against a schema.
 * @throws InputError about the first problem, with the field and the list items around it. Unknown keys come first, because a
 * mistyped key would otherwise be reported as a missing one.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  { code, where }: InputSource,
): z.output<Schema> {
  const result = schema.safeParse(value, { error: listKnownKeys });
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap((issue) => unfoldUnion(issue));
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const path = issue?.path ?? [];
  const problem =
    issue === undefined ? { expected: 'a valid value' } : describeIssue(issue, valueAt(value, path));
  throw new InputError({
    code,
    expected: problem.expected,
    got: problem.got ?? describeValue(valueAt(value, path)),
    where: `${where}${describePath(value, path)}`,
    todo: problem.todo ?? 'Correct it and try again.',
    cause: result.error,
  });
}

/**
 * The problems of the form of a union that the value was meant to have, which is the only form that accepts its type, so that
 * unknown keys inside it are reported. If no form or several forms accept it, the union's own problem.
 */
function unfoldUnion(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.filter((issues) =>
    issues.every(
      ({ code, path }) => path.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value'),
    ),
  );
  const [form] = meant;
  if (form === undefined || meant.length > 1) return [issue];
  return form.flatMap((inner) => unfoldUnion({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Puts the known keys into the message of an issue about unknown keys; only the schema knows them. */
const listKnownKeys: z.core.$ZodErrorMap = ({ code, inst }) =>
  code === 'unrecognized_keys' && inst instanceof z.ZodObject
    ? Object.keys(inst.shape).join(', ')
    : undefined;

interface IssueText {
  readonly expected: string;
  readonly got?: string;
  readonly todo?: string;
}

function describeIssue(issue: z.core.$ZodIssue, got: unknown): IssueText {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = requireDefined(issue.keys[0], 'unknown key');
      return {
        expected: `the keys ${issue.message}`,
        got: `the unknown key "${key}"`,
        todo: suggestion(key, issue.message.split(', ')) ?? 'Remove it.',
      };
    }
    case 'invalid_value':
      return choice(issue.values.map(String), got);
    case 'invalid_union':
      return 'options' in issue && issue.options !== undefined
        ? choice(issue.options.map(String), got)
        : { expected: 'a value of one of the permitted forms' };
    case 'invalid_type':
      return { expected: typeNames[issue.expected] ?? issue.expected };
    case 'too_small':
      return {
        expected: bound(issue.origin, issue.inclusive === false ? 'above' : 'at least', issue.minimum),
      };
    case 'too_big':
      return {
        expected: bound(issue.origin, issue.inclusive === false ? 'below' : 'at most', issue.maximum),
      };
    default:
      return { expected: issue.message };
  }
}

const typeNames: Readonly<Record<string, string>> = {
  number: 'a finite number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

function choice(values: readonly string[], got: unknown): IssueText {
  const expected = `one of ${values.join(', ')}`;
  const todo = typeof got === 'string' ? suggestion(got, values) : undefined;
  return todo === undefined ? { expected } : { expected, todo };
}

function suggestion(name: string, known: readonly string[]): string | undefined {
  const nearest = nearestName(name, known);
  return nearest === undefined ? undefined : `Did you mean "${nearest}"?`;
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  switch (origin) {
    case 'array':
      return `a list of ${relation} ${limit} ${limit === 1 ? 'item' : 'items'}`;
    case 'string':
      return `a text of ${relation} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
    default:
      return `a number ${relation} ${limit}`;
  }
}

/** `: kinds[1].modes[0].fp32Tflops ("jetson-tx2", "MAXN")`; empty for the value itself. */
function describePath(root: unknown, path: readonly PropertyKey[]): string {
  let text = '';
  const names: string[] = [];
  for (const [index, key] of path.entries()) {
    text += typeof key === 'number' ? `[${key}]` : `${text === '' ? '' : '.'}${String(key)}`;
    const name = typeof key === 'number' ? itemName(valueAt(root, path.slice(0, index + 1))) : undefined;
    if (name !== undefined) names.push(`"${name}"`);
  }
  if (text === '') return '';
  return `: ${text}${names.length === 0 ? '' : ` (${names.join(', ')})`}`;
}

/** The name of a list item for people. */
function itemName(item: unknown): string | undefined {
  for (const key of ['id', 'name', 'kind', 'mode']) {
    const name = valueAt(item, [key]);
    if (typeof name === 'string') return name;
  }
  return undefined;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** Limit for quoting a wrong value. */
const quotedCharacters = 60;

function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : writeValue(value);
  return text.length > quotedCharacters ? `${text.slice(0, quotedCharacters)}…` : text;
}

function writeValue(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch (error) {
    // JSON nested thousands deep can be parsed but not written.
    if (!(error instanceof RangeError)) throw error;
    return 'a value nested too deep to be shown';
  }
}
