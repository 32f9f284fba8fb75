import { InputError } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';
import { expect, test } from 'vitest';
import { describeError, mayPass } from './may-pass.ts';
import { retry } from './retry.ts';

const diskFull = (path: string) => new WriteError(path, Object.assign(new Error('full'), { code: 'ENOSPC' }));

test('what may pass is tried again, ever more rarely, and told until it succeeds', async () => {
  const told: (string | null)[] = [];
  const pauses: number[] = [];
  let tries = 0;
  const result = await retry(
    async () => {
      if (++tries < 10) throw diskFull(`try ${tries}`);
      return 'stored';
    },
    {
      signal: new AbortController().signal,
      onBlocked: (reason) => told.push(reason === null ? null : reason.slice(0, 5)),
      sleep: (ms) => {
        pauses.push(ms);
        return Promise.resolve();
      },
    },
  );
  expect(result).toBe('stored');
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(told).toEqual([...Array.from({ length: 9 }, (_, index) => `try ${index + 1}`), null]);
});

test('a mistake of the program is thrown at once', async () => {
  let tries = 0;
  const result = retry(
    async () => {
      tries++;
      throw new TypeError('state.plan is undefined');
    },
    { signal: new AbortController().signal, onBlocked: () => {} },
  );
  await expect(result).rejects.toThrow(TypeError);
  expect(tries).toBe(1);
});

test('an abort ends it between two tries', async () => {
  const controller = new AbortController();
  const result = retry(() => Promise.reject(diskFull('file')), {
    signal: controller.signal,
    onBlocked: () => controller.abort(new Error('enough')),
  });
  await expect(result).rejects.toThrow('enough');
});

test('it tries once even where the signal has aborted before', async () => {
  const signal = AbortSignal.abort();
  expect(await retry(async () => 'written', { signal, onBlocked: () => {} })).toBe('written');
});

const input = (code: string) =>
  new InputError({ code, expected: 'a', got: 'b', where: 'c', todo: 'Mend it.' });

test.each([
  ['a full disk', diskFull('file'), true],
  [
    'a file that cannot be read',
    Object.assign(new Error('no'), { code: 'EIO', errno: -5, syscall: 'read' }),
    true,
  ],
  ['a database that is away', input('store-unreachable'), true],
  ['a busy database file', Object.assign(new Error('busy'), { code: 'ERR_SQLITE_ERROR', errcode: 5 }), true],
  ['a server out of memory', Object.assign(new Error('memory'), { code: '53200', severity: 'ERROR' }), true],
  ['a constraint of a table', Object.assign(new Error('key'), { code: '23505', severity: 'ERROR' }), false],
  ['the same in a file', Object.assign(new Error('key'), { code: 'ERR_SQLITE_ERROR', errcode: 1555 }), false],
  ['an event that was made wrong', input('event-invalid'), false],
  ['a broken promise of the code', new Error('The log does not hold it.'), false],
  ['what is no error', 'text', false],
])('%s', (_, error, passes) => {
  expect(mayPass(error)).toBe(passes);
});

test('a mistake is told with its place', () => {
  expect(describeError(new TypeError('plan is undefined'))).toMatch(
    /^TypeError: plan is undefined \(at .*retry\.test/,
  );
  expect(describeError(input('x'))).toMatch(/Mend it\.$/);
});
