export * from './format-quantity.ts';
export {
  darkPalette,
  declarePalette,
  lightPalette,
  type Palette,
  resolvePalette,
  toneCount,
  toneRules,
} from './palette.ts';
export { tellApart } from './tell-apart.ts';
