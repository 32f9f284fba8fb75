import { InputError, parseInput } from '@legend-fl/base';
import { fuzzCases, fuzzTimeoutMs, mutatedBytes, mutatedJson } from '@legend-fl/base/testing';
import { type Route, routes } from '@legend-fl/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Refusal } from '../refusals/refusal.ts';
import { parseRunSettings } from '../settings/run-settings.ts';
import { defaultHttpLimits } from './http-limits.ts';
import { parseJson } from './read-json-body.ts';

const hash = 'ab'.repeat(32);
const capacity = {
  forwardSecondsPerBlock: 0.1,
  backwardSecondsPerBlock: 0.2,
  uploadSecondsPerByte: 1e-6,
  downloadSecondsPerByte: 1e-6,
  memoryBytes: 1e9,
};
const place = { run: 'demo', round: 1, attempt: 1 };

/** A good body for every route that takes JSON. */
const bodies: Readonly<Record<string, unknown>> = {
  enrol: {
    token: 'lj_x',
    publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) },
    name: 'desk',
    runtime: { kind: 'node', about: 'cpu' },
  },
  capacity: { run: 'demo', capacity, examples: 10 },
  update: {
    ...place,
    sha256: hash,
    examples: 3,
    loss: 0.5,
    capacity,
    bytesDown: 100,
    times: { download: 1, forward: 2, backward: 3, upload: 4 },
  },
  score: { ...place, score: { examples: 10, correct: 5, loss: 0.1 } },
  heartbeat: { run: 'demo', activity: 'training', round: 1, step: 1, steps: 4, loss: 0.5 },
  leave: { run: 'demo', reason: 'tired' },
  signIn: { token: 'lo_x' },
  createRun: { name: 'demo', model: 'm', classes: ['a', 'b'], local: { steps: 3 }, needed: { share: 0.5 } },
  createToken: { run: 'demo', label: 'x', uses: 3, seconds: 60 },
};

const named = Object.entries<Route>(routes).flatMap(([name, { body }]) =>
  body instanceof z.ZodType ? [[name, body] as const] : [],
);

test('there is a body for every route that takes one', () => {
  expect(named.map(([name]) => name).sort()).toEqual(Object.keys(bodies).sort());
  for (const [name, schema] of named) expect(schema.safeParse(bodies[name]).success, name).toBe(true);
});

test.each(named)('any body of %s is taken or refused', { timeout: fuzzTimeoutMs }, (name, schema) => {
  const valid = Buffer.from(JSON.stringify(bodies[name]));
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    mutatedJson(bodies[name]),
    mutatedBytes(valid).map((bytes) => Buffer.from(bytes).toString('utf8')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const body = parseInput(schema, parseJson(text, defaultHttpLimits.jsonDepth), {
          code: 'request-invalid',
          where: 'body',
        });
        if (name === 'createRun') parseRunSettings(body, 'settings');
      } catch (error) {
        if (!(error instanceof InputError || error instanceof Refusal)) throw error;
        expect(error.message.length).toBeLessThan(4000);
      }
    }),
    { numRuns: fuzzCases },
  );
});
