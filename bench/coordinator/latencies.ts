/** Milliseconds by kind of request. */
export class Latencies {
  readonly #samples = new Map<string, number[]>();

  add(kind: string, milliseconds: number): void {
    const samples = this.#samples.get(kind);
    if (samples === undefined) this.#samples.set(kind, [milliseconds]);
    else samples.push(milliseconds);
  }

  clear(): void {
    this.#samples.clear();
  }

  summarize(): Record<string, LatencySummary> {
    return Object.fromEntries(
      [...this.#samples].map(([kind, samples]) => {
        const sorted = samples.toSorted((one, other) => one - other);
        const at = (share: number) =>
          sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
        return [kind, { count: sorted.length, p50: at(0.5), p99: at(0.99), most: sorted.at(-1) ?? 0 }];
      }),
    );
  }
}

export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}
