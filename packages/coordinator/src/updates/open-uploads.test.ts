import { limits } from '@legend-fl/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OpenUploads } from './open-uploads.ts';

const upload = { token: 'token', attempt: '1', device: 'device', sha256: 'a', bytes: 1000 };
const tooMany = expect.objectContaining({ code: 'too-many-uploads', status: 429, retryAfterSeconds: 10 });

describe('uploads that are not handed in', () => {
  test('are three of a device, however often each goes on', () => {
    const open = new OpenUploads();
    for (const sha256 of ['a', 'b', 'a', 'c', 'b', 'c'])
      expect(open.begin({ ...upload, sha256 })).toEqual([]);
    expect(() => open.begin({ ...upload, sha256: 'd' })).toThrow(tooMany);
    expect(open.begin({ ...upload, device: 'other', sha256: 'd' })).toEqual([]);
    open.end('token', 'device', 'b');
    open.end('token', 'device', 'unknown');
    expect(open.begin({ ...upload, sha256: 'd' })).toEqual([]);
    expect(() => open.begin({ ...upload, sha256: 'b' })).toThrow(tooMany);
  });

  test('have so many bytes by one token', () => {
    const open = new OpenUploads();
    const bytes = limits.uploadBytes;
    const begin = (device: number) => open.begin({ ...upload, device: `device-${device}`, bytes });
    for (let device = 0; device < 16; device++) begin(device);
    expect(() => begin(16)).toThrow(tooMany);
    expect(open.begin({ ...upload, token: 'other', bytes })).toEqual([]);
    open.end('token', 'device-3', 'a');
    begin(16);
  });

  test('of an attempt that is over count no more, and are told once to be deleted', () => {
    const open = new OpenUploads();
    for (const sha256 of ['a', 'b', 'c']) open.begin({ ...upload, sha256 });
    open.begin({ ...upload, device: 'other' });
    open.end('token', 'device', 'c');
    const next = { ...upload, attempt: '2' };
    expect(open.begin(next)).toEqual([
      { device: 'device', sha256: 'b' },
      { device: 'other', sha256: 'a' },
    ]);
    expect(open.begin({ ...next, sha256: 'd' })).toEqual([]);
  });

  test('whatever begins and ends, stay within both bounds, and none is forgotten', () => {
    const step = fc.record({
      ends: fc.boolean(),
      device: fc.nat(9),
      sha256: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      bytes: fc.integer({ min: 0, max: limits.uploadBytes }),
      attempt: fc.constantFrom('1', '1', '1', '1', '2'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const open = new OpenUploads();
        /** What lies on the disk, by device and hash. */
        const kept = new Map<string, number>();
        let attempt = '1';
        for (const { ends, bytes, ...rest } of steps) {
          const [device, sha256] = [`device-${rest.device}`, rest.sha256];
          const key = `${device} ${sha256}`;
          if (ends) {
            open.end('token', device, sha256);
            kept.delete(key);
            continue;
          }
          try {
            const left = open.begin({ token: 'token', device, sha256, bytes, attempt: rest.attempt });
            for (const each of left) kept.delete(`${each.device} ${each.sha256}`);
            if (attempt !== rest.attempt)
              expect([...kept.keys()].filter((other) => other !== key)).toEqual([]);
            attempt = rest.attempt;
            kept.set(key, Math.max(bytes, left.length > 0 ? 0 : (kept.get(key) ?? 0)));
          } catch (error) {
            expect(error).toEqual(tooMany);
          }
          const ofDevice = [...kept.keys()].filter((other) => other.startsWith(`${device} `));
          expect(ofDevice.length).toBeLessThanOrEqual(3);
          const sum = [...kept.values()].reduce((total, each) => total + each, 0);
          expect(sum).toBeLessThanOrEqual(16 * limits.uploadBytes);
        }
      }),
      { numRuns: 200 },
    );
  });
});
