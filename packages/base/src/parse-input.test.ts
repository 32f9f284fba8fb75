import { expect, test } from 'vitest';
import { z } from 'zod';
import { InputError } from './input-error.ts';
import { parseInput } from './parse-input.ts';

const schema = z.strictObject({
  strategy: z.enum(['legend', 'fedlora']),
  rounds: z.number().int().positive(),
  tags: z.array(z.string().min(1)).min(1),
  items: z.array(z.strictObject({ id: z.string(), share: z.number().max(1) })),
  partition: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('iid') }),
    z.strictObject({ kind: z.literal('dirichlet'), alpha: z.number().positive() }),
  ]),
});

const valid = {
  strategy: 'legend',
  rounds: 3,
  tags: ['a'],
  items: [{ id: 'one', share: 0.5 }],
  partition: { kind: 'iid' },
};

function problemWith(change: object): string {
  try {
    parseInput(schema, { ...valid, ...change }, { code: 'config-invalid', where: 'run.yaml' });
  } catch (error) {
    if (error instanceof InputError && error.code === 'config-invalid') return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

test('a valid value comes back', () => {
  expect(parseInput(schema, valid, { code: 'config-invalid', where: 'run.yaml' })).toEqual(valid);
});

test.each([
  [{ rounds: 0 }, 'run.yaml: rounds: expected a number above 0, got 0. Correct it and try again.'],
  [{ rounds: 1.5 }, 'run.yaml: rounds: expected a whole number, got 1.5. Correct it and try again.'],
  [{ rounds: Number.NaN }, 'run.yaml: rounds: expected a finite number, got NaN. Correct it and try again.'],
  [
    { rounds: undefined },
    'run.yaml: rounds: expected a finite number, got nothing. Correct it and try again.',
  ],
  [{ tags: [] }, 'run.yaml: tags: expected a list of at least 1 item, got []. Correct it and try again.'],
  [
    { tags: [''] },
    'run.yaml: tags[0]: expected a text of at least 1 character, got "". Correct it and try again.',
  ],
  [
    { items: [{ id: 'two', share: 2 }] },
    'run.yaml: items[0].share ("two"): expected a number at most 1, got 2. Correct it and try again.',
  ],
  [
    { strategy: 'fedlara' },
    'run.yaml: strategy: expected one of legend, fedlora, got "fedlara". Did you mean "fedlora"?',
  ],
  [
    { partition: { kind: 'idd' } },
    'run.yaml: partition.kind: expected one of iid, dirichlet, got "idd". Did you mean "iid"?',
  ],
  [
    { round: 3, rounds: undefined },
    'run.yaml: expected the keys strategy, rounds, tags, items, partition, got the unknown key "round". Did you mean "rounds"?',
  ],
  [
    { xyzzy: 3 },
    'run.yaml: expected the keys strategy, rounds, tags, items, partition, got the unknown key "xyzzy". Remove it.',
  ],
])('%j is refused with the field, what was expected and what to do', (change, message) => {
  expect(problemWith(change)).toBe(message);
});

test('a value nested deeper than can be written is refused like any other', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
  expect(problemWith({ rounds: deep })).toBe(
    'run.yaml: rounds: expected a finite number, got a value nested too deep to be shown. Correct it and try again.',
  );
});
