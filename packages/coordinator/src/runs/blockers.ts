/** What may keep a run from going on for a while. */
type Trouble = 'phase' | 'snapshot';

export interface HindrancesOptions {
  readonly onTrouble: (reason: string) => void;
  readonly onChange: () => void;
}

/** Why a run does not go on at present, for people: what it waits for, and what is tried again and again. */
export class Hindrances {
  readonly #options: HindrancesOptions;
  readonly #troubles = new Map<Trouble, string>();
  #waitsFor = '';

  constructor(options: HindrancesOptions) {
    this.#options = options;
  }

  /** Whether something fails. */
  get isTrouble(): boolean {
    return this.#troubles.size > 0;
  }

  /** Empty where nothing keeps it. */
  get text(): string {
    const [trouble] = this.#troubles.values();
    return trouble ?? this.#waitsFor;
  }

  /** @param text empty when it waits for nothing any more */
  setWaitsFor(text: string): void {
    if (text === this.#waitsFor) return;
    this.#waitsFor = text;
    this.#options.onChange();
  }

  /** @param reason null when it is over */
  setTrouble(trouble: Trouble, reason: string | null): void {
    const before = this.#troubles.get(trouble) ?? null;
    if (reason === before) return;
    if (reason === null) this.#troubles.delete(trouble);
    else {
      this.#troubles.set(trouble, reason);
      this.#options.onTrouble(reason);
    }
    this.#options.onChange();
  }

  /** Another phase has hindrances of its own. */
  enterPhase(): void {
    this.setTrouble('phase', null);
    this.setWaitsFor('');
  }
}
