import { hashToken, makeOperatorToken, type RandomBytes } from '@legend-fl/protocol';
import type { SecretStore } from '../store/store.ts';

const secretName = 'operator-token-hash';

/** Makes the operator's token at the first start. @returns the token, the only time that it is told; null later */
export async function createOperatorToken(secrets: SecretStore, random: RandomBytes): Promise<string | null> {
  if ((await secrets.get(secretName)) !== undefined) return null;
  const token = makeOperatorToken(random);
  const hash = await hashToken(token);
  return (await secrets.keepFirst(secretName, hash)) === hash ? token : null;
}

/** A new token in place of the last one, whose sessions end with it. */
export async function replaceOperatorToken(secrets: SecretStore, random: RandomBytes): Promise<string> {
  const token = makeOperatorToken(random);
  await secrets.replace(secretName, await hashToken(token));
  return token;
}

/** What is kept of the token that counts. */
export function operatorTokenHash(secrets: SecretStore): Promise<string | undefined> {
  return secrets.get(secretName);
}
