/** What may be tried again and again. */
type Blocked = 'phase' | 'snapshot';

export interface BlockersOptions {
  /** Something has begun to fail, or fails for another reason. */
  readonly onBlocked: (reason: string) => void;
  readonly onChange: () => void;
}

/** Why a run does not go on at present, for people: what it waits for, and what fails and is tried again. */
export class Blockers {
  readonly #options: BlockersOptions;
  readonly #reasons = new Map<Blocked, string>();
  #waitsFor = '';

  constructor(options: BlockersOptions) {
    this.#options = options;
  }

  /** Whether something fails. */
  get isBlocked(): boolean {
    return this.#reasons.size > 0;
  }

  /** Empty where nothing keeps it. */
  get text(): string {
    const [reason] = this.#reasons.values();
    return reason ?? this.#waitsFor;
  }

  /** @param text empty when it waits for nothing any more */
  setWaitsFor(text: string): void {
    if (text === this.#waitsFor) return;
    this.#waitsFor = text;
    this.#options.onChange();
  }

  /** @param reason null when it is over */
  setBlocked(blocked: Blocked, reason: string | null): void {
    const before = this.#reasons.get(blocked) ?? null;
    if (reason === before) return;
    if (reason === null) this.#reasons.delete(blocked);
    else {
      this.#reasons.set(blocked, reason);
      this.#options.onBlocked(reason);
    }
    this.#options.onChange();
  }

  /** Another phase has blockers of its own. */
  enterPhase(): void {
    this.setBlocked('phase', null);
    this.setWaitsFor('');
  }
}
