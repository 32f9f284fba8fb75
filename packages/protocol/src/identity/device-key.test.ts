import { describe, expect, test } from 'vitest';
import { publicKeySchema } from '../enrolment.ts';
import {
  createDeviceKey,
  exportDeviceKey,
  importDeviceKey,
  importPublicKey,
  publicKeyOf,
} from './device-key.ts';

describe('a device key', () => {
  test('shows its public half alone', async () => {
    const key = await createDeviceKey({ extractable: true });
    const shown = await publicKeyOf(key);
    expect(publicKeySchema.parse(shown)).toEqual(shown);
    expect(Object.keys(shown).sort()).toEqual(['crv', 'kty', 'x']);
  });

  test('that may not be exported cannot be', async () => {
    const key = await createDeviceKey({ extractable: false });
    expect(key.privateKey.extractable).toBe(false);
    await expect(exportDeviceKey(key)).rejects.toThrow(TypeError);
    await expect(publicKeyOf(key)).resolves.toMatchObject({ crv: 'Ed25519' });
  });

  test('comes back from what was exported', async () => {
    const key = await createDeviceKey({ extractable: true });
    const again = await importDeviceKey(await exportDeviceKey(key), { extractable: false });
    expect(again.privateKey.extractable).toBe(false);
    const message = new TextEncoder().encode('message');
    const signature = await crypto.subtle.sign('Ed25519', again.privateKey, message);
    const publicKey = await importPublicKey(await publicKeyOf(key));
    expect(await crypto.subtle.verify('Ed25519', publicKey, signature, message)).toBe(true);
  });

  test('whose halves are of two keys is refused', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => createDeviceKey({ extractable: true })));
    if (one === undefined || two === undefined) throw new Error('no keys');
    const mixed = { ...(await exportDeviceKey(one)), x: (await publicKeyOf(two)).x };
    await expect(importDeviceKey(mixed, { extractable: false })).rejects.toThrow();
  });
});
