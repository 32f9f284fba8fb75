import { readFileSync } from 'node:fs';
import { darkPalette, declarePalette, lightPalette, toneRules } from './palette.ts';

/** How charts look, in the page and in files of their own. */
export const chartStyle = readFileSync(new URL('./chart.css', import.meta.url), 'utf8');

const light = `color-scheme:light;${declarePalette(lightPalette)}`;
const dark = `color-scheme:dark;${declarePalette(darkPalette)}`;

/** The page's style sheet: the system's colours, unless the reader has chosen others. */
export const pageStyle = `:root{${light}}
@media (prefers-color-scheme: dark){:root{${dark}}}
:root[data-theme="light"]{${light}}
:root[data-theme="dark"]{${dark}}
${toneRules}
${chartStyle}
${readFileSync(new URL('./page.css', import.meta.url), 'utf8')}`;
