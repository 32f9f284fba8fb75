/** Colours of the page and its charts, by the name that style sheets use in `var(--name)`. */
export type Palette = Readonly<Record<string, string>>;

/**
 * Tones 1 to 6 are told apart by readers with any colour vision, as are 7 to 12 among themselves, which charts draw
 * with a dash pattern. All are legible as text on `paper`.
 */
const lightTones = [
  '#0465af',
  '#a03a08',
  '#087c77',
  '#642c49',
  '#847514',
  '#38338a',
  '#5e5fba',
  '#187d6e',
  '#7c140a',
  '#d02e1e',
  '#381ea7',
  '#61285e',
];
const darkTones = [
  '#6cb2f5',
  '#f5772f',
  '#8ae5f5',
  '#c77fa0',
  '#efd62f',
  '#f0b8a0',
  '#a0a6f3',
  '#efe08a',
  '#f25914',
  '#8ae5f5',
  '#eaa48c',
  '#c07b90',
];

export const toneCount = lightTones.length;

export const lightPalette: Palette = {
  paper: '#ffffff',
  panel: '#f6f7f8',
  ink: '#16191d',
  muted: '#59616b',
  rule: '#dde1e5',
  grid: '#e9ecef',
  shallow: '#d3eae3',
  deep: '#06483d',
  download: '#8fbce6',
  forward: '#3d7d4f',
  backward: '#14403a',
  upload: '#d98324',
  waiting: '#e3e6e9',
  dropped: '#b3261e',
  ...nameTones(lightTones),
};

export const darkPalette: Palette = {
  paper: '#14171a',
  panel: '#1c2024',
  ink: '#e8eaed',
  muted: '#a0a8b1',
  rule: '#343a41',
  grid: '#262b30',
  shallow: '#1d3733',
  deep: '#63cdb4',
  download: '#3f74a8',
  forward: '#5fae77',
  backward: '#c3ecd2',
  upload: '#f0a44a',
  waiting: '#2b3137',
  dropped: '#ff8a80',
  ...nameTones(darkTones),
};

/** The palette as declarations of custom properties. */
export function declarePalette(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('');
}

/** A style sheet with the palette's colours in place of `var(--name)`, for programs that know no variables. */
export function resolvePalette(style: string, palette: Palette): string {
  return style.replace(/var\(--([\w-]+)\)/g, (variable, name: string) => palette[name] ?? variable);
}

/** Rules that give the elements of a tone its colour, which charts take up as `currentColor`. */
export const toneRules = lightTones
  .map((_, index) => `.tone-${index + 1}{color:var(--tone-${index + 1})}`)
  .join('');

function nameTones(tones: readonly string[]): Palette {
  return Object.fromEntries(tones.map((colour, index) => [`tone-${index + 1}`, colour]));
}
