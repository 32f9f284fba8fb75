import { InputError } from '@legend-fl/base';

/** Throws InputError `figure-invalid` unless every named figure is finite and at least zero. */
export function requireNonNegative(figures: Readonly<Record<string, number>>, where: string): void {
  for (const name in figures) {
    const value = figures[name];
    if (value !== undefined && value >= 0 && value < Number.POSITIVE_INFINITY) continue;
    throw new InputError({
      code: 'figure-invalid',
      expected: `${name} to be finite and at least zero`,
      got: String(value),
      where,
      todo: 'Measure it again or correct it.',
    });
  }
}
