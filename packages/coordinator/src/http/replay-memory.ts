import { limits } from '@legend-fl/protocol';

/** Credentials of one holder that are remembered: as many as the limit of its requests lets it use in the time. */
const MOST_PER_HOLDER = 8192;

/**
 * The credentials that have been used, for as long as they could be used again. A credential is good for at most a
 * minute from when it is used, as none from the future counts; so two generations of a minute each hold enough, and
 * the older one is forgotten whole.
 */
export class ReplayMemory {
  readonly #mostHolders: number;
  #since = 0;
  #current = new Map<string, Set<string>>();
  #previous = new Map<string, Set<string>>();

  /** @param mostHolders that are remembered in a generation; beyond, the first ones are forgotten */
  constructor(mostHolders = Number.POSITIVE_INFINITY) {
    this.#mostHolders = mostHolders;
  }

  /** Holders that are remembered at present. */
  get size(): number {
    return this.#current.size + this.#previous.size;
  }

  /**
   * Notes that a credential is used.
   * @param holder device id or key, whose credentials are counted apart from those of others
   * @param now milliseconds
   * @returns `full` where the holder has used more than can be remembered: the credential must be refused
   */
  use(holder: string, credential: string, now: number): 'first' | 'again' | 'full' {
    this.#forget(now);
    const used = this.#current.get(holder) ?? new Set<string>();
    const before = this.#previous.get(holder);
    if (used.has(credential) || before?.has(credential)) return 'again';
    if (used.size + (before?.size ?? 0) >= MOST_PER_HOLDER) return 'full';
    this.#current.set(holder, used.add(credential));
    const [first] = this.#current.keys();
    if (this.#current.size > this.#mostHolders && first !== undefined) this.#current.delete(first);
    return 'first';
  }

  #forget(now: number): void {
    const generationMs = limits.credentialSeconds * 1000;
    const age = now - this.#since;
    // A clock that was set back makes the generation longer.
    if (age < 0) this.#since = now;
    if (age < generationMs) return;
    this.#previous = age >= 2 * generationMs ? new Map() : this.#current;
    this.#current = new Map();
    this.#since = now;
  }
}
