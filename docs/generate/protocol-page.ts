import { describeProtocol } from '@legend-fl/protocol';
import { describeType, type JsonSchema } from './describe-type.ts';
import { code, escapeText, table } from './markdown.ts';

/** As much of OpenAPI as `describeProtocol` writes. */
interface OpenApi {
  readonly info: { readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, { readonly description: string }>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

/** The reference of the protocol, from the OpenAPI document that a coordinator serves at `/v1/openapi.json`. */
export function protocolPage(): string {
  const { info, paths, components } = describeProtocol() as unknown as OpenApi;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      describeRoute(method.toUpperCase(), path, operation),
    ),
  );
  return [
    '# Protocol',
    `Version ${info.version}. ${info.description} A coordinator serves this as OpenAPI at \`/v1/openapi.json\`; ` +
      'the same document: <a href="/openapi.json" target="_self" download>openapi.json</a>.',
    '## Credentials',
    table(
      ['who calls', 'credential'],
      [
        ['anybody', 'none'],
        ...Object.entries(components.securitySchemes).map(([name, { description }]) => [
          name,
          escapeText(description),
        ]),
      ],
    ),
    '## Refusals',
    'Every answer that refuses has this body. What each code means, and what to do: [Error codes](./errors.md).',
    describeFields(components.schemas.Problem ?? {}),
    '## Routes',
    ...routes,
  ].join('\n\n');
}

/** The document itself. */
export function openApiDocument(): string {
  return `${JSON.stringify(describeProtocol(), null, 2)}\n`;
}

function describeRoute(method: string, path: string, operation: Operation): string {
  const { operationId, summary, security, parameters, requestBody, responses } = operation;
  const callers = security.flatMap((each) => Object.keys(each));
  const [status, answer] = Object.entries(responses).find(([code]) => code !== 'default') ?? [];
  return [
    `### ${operationId}`,
    ['```text', `${method} ${path}`, '```'].join('\n'),
    escapeText(summary),
    `Called by: ${callers.length === 0 ? 'anybody' : callers.join(', ')}.`,
    table(
      ['parameter', 'in', 'type'],
      parameters.map((each) => [
        code(each.name),
        each.required ? each.in : `${each.in}, may be left out`,
        describeType(each.schema),
      ]),
    ),
    ...(requestBody ? ['Request:', describeContent(requestBody.content)] : []),
    `Answer ${status ?? ''}:`,
    describeContent(answer?.content ?? {}),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function describeContent(content: Content): string {
  return Object.entries(content)
    .map(([mediaType, { schema }]) => (schema ? describeFields(schema) : `\`${mediaType}\``))
    .join('\n\n');
}

/** The fields of an object, dots between those of inner ones; anything else by its type. */
function describeFields(schema: JsonSchema): string {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return variants.map(describeFields).join('\n\nor\n\n');
  const rows = listFields(schema, '');
  return rows.length > 0 ? table(['field', 'type', ''], rows) : `${describeType(schema)}.`;
}

function listFields(
  { properties = {}, required = [], items }: JsonSchema,
  prefix: string,
): readonly string[][] {
  if (items) return listFields(items, `${prefix}[].`);
  return Object.entries(properties).flatMap(([name, schema]) => [
    [code(prefix + name), describeType(schema), required.includes(name) ? '' : 'may be left out'],
    ...(schema.type === 'object' ? listFields(schema, `${prefix}${name}.`) : []),
    ...(schema.type === 'array' && schema.items ? listFields(schema.items, `${prefix}${name}[].`) : []),
  ]);
}
