import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseStoreUrl } from './store-url.ts';

describe('parseStoreUrl', () => {
  test.each([
    ['coordinator.sqlite', resolve('coordinator.sqlite')],
    ['/var/lib/x.sqlite', '/var/lib/x.sqlite'],
    ['sqlite:x.sqlite', resolve('x.sqlite')],
    ['sqlite:a:b', resolve('a:b')],
    ['sqlite:///var/x.sqlite', '/var/x.sqlite'],
    ['C:/x.sqlite', resolve('C:/x.sqlite')],
  ])('%s is a file', (url, path) => {
    expect(parseStoreUrl(url)).toEqual({ kind: 'sqlite', path });
  });

  test.each([
    ['postgres://me:s3cret@host:5433/db', 'postgres://me@host:5433/db'],
    ['postgresql://host/db?password=s3cret&sslmode=require', 'postgresql://host/db?sslmode=require'],
    ['postgres://me:s3cret@/db?host=/run/postgresql', 'postgres://me@/db?host=/run/postgresql'],
    ['postgres:///db?host=/run/postgresql', 'postgres:///db?host=/run/postgresql'],
    ['postgres://me:p@s3cret@%2Frun/db', 'postgres://me@%2Frun/db'],
  ])('%s is named without its password', (url, name) => {
    expect(parseStoreUrl(url)).toEqual({ kind: 'postgres', url, name });
  });

  test.each([
    '',
    'sqlite:',
    'mysql://me:s3cret@host/db',
    'postgres://me:s3cret#1@host/db',
    'postgres://me:1/s3cret@host/db',
    'postgres://me:1?s3cret@host/db',
    'postgres://me:%s3cret@host/db',
    'postgres://me:s3cret@host:port/db',
  ])('"%s" is refused, and is not repeated', (url) => {
    let refusal: unknown;
    try {
      parseStoreUrl(url);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ name: 'InputError', code: 'store-url' });
    expect(String(refusal)).not.toContain('s3cret');
  });
});
