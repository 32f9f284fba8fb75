import { describe, expect, test } from 'vitest';
import { darkPalette, lightPalette, type Palette, resolvePalette, toneCount } from './palette.ts';

type Colour = readonly [number, number, number];
type Matrix = readonly [Colour, Colour, Colour];

/** Linear RGB as seen without one kind of cone (Machado, Oliveira, Fernandes 2009, severity 1). */
const visions: Readonly<Record<string, Matrix>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

describe.each<[string, Palette]>([
  ['light', lightPalette],
  ['dark', darkPalette],
])('the %s palette', (_, palette) => {
  const tones = Array.from({ length: toneCount }, (_, index) => linear(palette[`tone-${index + 1}`] ?? ''));

  test('is legible as text on paper', () => {
    for (const tone of tones) expect(contrast(tone, linear(palette.paper ?? ''))).toBeGreaterThan(4.5);
  });

  test.each(Object.entries(visions))(
    'has distinct tones within each dash pattern for %s vision',
    (_, matrix) => {
      for (const set of [tones.slice(0, 6), tones.slice(6)]) {
        for (const [index, one] of set.entries()) {
          for (const other of set.slice(index + 1))
            expect(difference(matrix, one, other)).toBeGreaterThan(0.065);
        }
      }
    },
  );
});

test('a style sheet gets the colours themselves', () => {
  expect(resolvePalette('a{fill:var(--paper);color:var(--else)}', lightPalette)).toBe(
    'a{fill:#ffffff;color:var(--else)}',
  );
});

function linear(hex: string): Colour {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** WCAG 2 contrast ratio. */
function contrast(one: Colour, other: Colour): number {
  const luminance = ([red, green, blue]: Colour) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Distance in Oklab. */
function difference(matrix: Matrix, one: Colour, other: Colour): number {
  const [a, b] = [oklab(apply(matrix, one)), oklab(apply(matrix, other))];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function apply(matrix: Matrix, [x, y, z]: Colour): Colour {
  const row = ([a, b, c]: Colour) => Math.min(1, Math.max(0, a * x + b * y + c * z));
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

/** Björn Ottosson's Oklab from linear sRGB. */
function oklab([red, green, blue]: Colour): Colour {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
