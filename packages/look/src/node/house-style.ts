import { readFileSync } from 'node:fs';
import { darkPalette, declarePalette, lightPalette, toneRules } from '../palette.ts';

/** How charts look, in a page and in files of their own. */
export const chartStyle = readStyle('chart.css');

const light = `color-scheme:light;${declarePalette(lightPalette)}`;
const dark = `color-scheme:dark;${declarePalette(darkPalette)}`;

/**
 * What the style sheet of every page begins with: the system's colours, unless the reader has chosen others
 * (`data-theme` of the root element), text, controls and charts.
 */
export const houseStyle = `:root{${light}}
@media (prefers-color-scheme: dark){:root{${dark}}}
:root[data-theme="light"]{${light}}
:root[data-theme="dark"]{${dark}}
${toneRules}
${chartStyle}
${readStyle('base.css')}
${readStyle('components.css')}`;

function readStyle(name: string): string {
  return readFileSync(new URL(`../styles/${name}`, import.meta.url), 'utf8');
}
