import { z } from 'zod';
import { problemSchema } from './problem.ts';
import { type Access, type Route, routes } from './routes.ts';
import { PROTOCOL_VERSION } from './version.ts';

/** The protocol as an OpenAPI 3.1 document, made from the schemas that requests and answers are checked with. */
export function describeProtocol(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [operationId, route] of Object.entries<Route>(routes)) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: describeRoute(operationId, route),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Legend',
      version: String(PROTOCOL_VERSION),
      description:
        'Rounds of federated fine-tuning between a coordinator and devices, pulled by the devices.',
    },
    paths,
    components: {
      securitySchemes: {
        device: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'Signed by the device (EdDSA) for this one request: iss its id, htm and htu method and path, iat, exp, jti, and bod the SHA-256 of a JSON body.',
        },
        key: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The same, without iss.' },
        operator: {
          type: 'http',
          scheme: 'bearer',
          description: 'The operator’s token; or the session cookie.',
        },
      },
      schemas: { Problem: toJsonSchema(problemSchema, 'output') },
    },
  };
}

const security: Readonly<Record<Access, readonly object[]>> = {
  anybody: [],
  key: [{ key: [] }],
  device: [{ device: [] }],
  operator: [{ operator: [] }],
};

function describeRoute(operationId: string, route: Route): Record<string, unknown> {
  const { summary, access, body, answer, status = 200 } = route;
  return {
    operationId,
    summary,
    security: security[access],
    parameters: [...listParameters('path', route.parameters), ...listParameters('query', route.query)],
    ...(body && { requestBody: { required: true, content: describeBody(body) } }),
    responses: {
      [status]: { description: 'Done.', content: describeAnswer(answer) },
      default: {
        description: 'Refused.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function listParameters(place: 'path' | 'query', schema: z.ZodObject | undefined): readonly object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: toJsonSchema(value as z.ZodType, 'input'),
  }));
}

function describeBody(body: z.ZodType | 'bytes'): Record<string, unknown> {
  if (body === 'bytes') return { 'application/octet-stream': {} };
  return { 'application/json': { schema: toJsonSchema(body, 'input') } };
}

function describeAnswer(answer: Route['answer']): Record<string, unknown> {
  return 'mediaType' in answer
    ? { [answer.mediaType]: {} }
    : { 'application/json': { schema: toJsonSchema(answer, 'output') } };
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
