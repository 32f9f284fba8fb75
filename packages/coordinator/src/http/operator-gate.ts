import { createHash, timingSafeEqual } from 'node:crypto';
import { hashToken, type RandomBytes } from '@legend-fl/protocol';
import type { Context } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import { base64url } from 'jose';
import { Refusal } from '../refusals/refusal.ts';
import type { SecretStore } from '../store/store.ts';
import { EndedSessions, type Session } from './ended-sessions.ts';
import { operatorTokenHash } from './operator-token.ts';

const sessionSeconds = 7 * 24 * 3600;

export interface OperatorGateOptions {
  readonly secrets: SecretStore;
  readonly now: () => number;
  readonly random: RandomBytes;
}

/**
 * Lets operators in: with the token itself as a bearer token, or with a session that the token began. A session is a
 * cookie, signed with a key that is kept, so that it outlives a restart, together with the token's hash, so that it
 * ends with the token.
 */
export class OperatorGate {
  readonly #secrets: SecretStore;
  readonly #now: () => number;
  readonly #random: RandomBytes;
  readonly #ended: EndedSessions;

  constructor({ secrets, now, random }: OperatorGateOptions) {
    this.#secrets = secrets;
    this.#now = now;
    this.#random = random;
    this.#ended = new EndedSessions(secrets, now);
  }

  async isToken(token: string): Promise<boolean> {
    const expected = await operatorTokenHash(this.#secrets);
    if (expected === undefined) return false;
    return timingSafeEqual(Buffer.from(await hashToken(token)), Buffer.from(expected));
  }

  /** @param secure whether the cookie may travel over TLS only */
  async beginSession(context: Context, secure: boolean): Promise<void> {
    const signing = await this.#signing();
    if (signing === undefined) throw new Refusal('credential-invalid', 'There is no operator token yet.');
    const ends = this.#now() + sessionSeconds * 1000;
    await setSignedCookie(
      context,
      signing.cookie,
      `${base64url.encode(this.#random(16))}.${ends}`,
      signing.key,
      {
        path: '/',
        httpOnly: true,
        sameSite: 'Strict',
        secure,
        maxAge: sessionSeconds,
      },
    );
  }

  async endSession(context: Context): Promise<void> {
    const session = await this.#findSession(context);
    if (session !== undefined) await this.#ended.add(session);
    const signing = await this.#signing();
    if (signing !== undefined) deleteCookie(context, signing.cookie, { path: '/' });
  }

  /** Throws Refusal unless an operator sends the request. */
  async admit(context: Context, credential: string | undefined): Promise<'token' | 'session'> {
    if (credential !== undefined) {
      if (await this.isToken(credential)) return 'token';
      if (credential.includes('.')) {
        throw new Refusal('operator-only', "Expected the operator's token, got the credential of a device.");
      }
      throw new Refusal(
        'credential-invalid',
        'That is not the operator token. `legend token operator` makes one.',
      );
    }
    if ((await this.#findSession(context)) !== undefined) return 'session';
    throw new Refusal('credential-invalid', "Expected the operator's token or a session. Sign in.");
  }

  async #findSession(context: Context): Promise<Session | undefined> {
    const signing = await this.#signing();
    const value = signing && (await getSignedCookie(context, signing.key, signing.cookie));
    if (value === undefined || value === false) return undefined;
    const [id = '', ends = ''] = value.split('.');
    if (Number(ends) <= this.#now() || (await this.#ended.has(id))) return undefined;
    return { id, ends: Number(ends) };
  }

  /**
   * The key that signs cookies, and their name, which tells coordinators apart: a browser has one set of cookies for all
   * ports of a host. Undefined while there is no operator's token.
   */
  async #signing(): Promise<{ readonly key: string; readonly cookie: string } | undefined> {
    const hash = await operatorTokenHash(this.#secrets);
    if (hash === undefined) return undefined;
    const fresh = base64url.encode(this.#random(32));
    const secret =
      (await this.#secrets.get('session-key')) ?? (await this.#secrets.keepFirst('session-key', fresh));
    const name = createHash('sha256').update(secret).digest('hex').slice(0, 8);
    return { key: `${secret}.${hash}`, cookie: `legend_session_${name}` };
  }
}
