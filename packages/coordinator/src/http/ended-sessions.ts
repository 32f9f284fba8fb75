import { z } from 'zod';
import type { SecretStore } from '../store/store.ts';

export interface Session {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly ends: number;
}

const secretName = 'ended-sessions';
/** When each would have ended, by id. */
const storedSchema = z.record(z.string(), z.number());

/**
 * Sessions that were signed out of, stored until they would have ended anyway: a cookie that somebody kept is worth nothing
 * after a restart either. Bounded by sign-ins.
 */
export class EndedSessions {
  readonly #secrets: SecretStore;
  readonly #now: () => number;
  #sessions: Promise<Map<string, number>> | undefined;

  constructor(secrets: SecretStore, now: () => number) {
    this.#secrets = secrets;
    this.#now = now;
  }

  async has(id: string): Promise<boolean> {
    return (await this.#load()).has(id);
  }

  /** Durable when it resolves. */
  async add({ id, ends }: Session): Promise<void> {
    const sessions = await this.#load();
    for (const [other, until] of sessions) if (until <= this.#now()) sessions.delete(other);
    sessions.set(id, ends);
    await this.#secrets.replace(secretName, JSON.stringify(Object.fromEntries(sessions)));
  }

  #load(): Promise<Map<string, number>> {
    this.#sessions ??= readSessions(this.#secrets).catch((error: unknown) => {
      this.#sessions = undefined;
      throw error;
    });
    return this.#sessions;
  }
}

async function readSessions(secrets: SecretStore): Promise<Map<string, number>> {
  const text = await secrets.get(secretName);
  if (text === undefined) return new Map();
  return new Map(Object.entries(storedSchema.parse(JSON.parse(text))));
}
