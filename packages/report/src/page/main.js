// The page's controls, hover values, drawings and downloads. `inline-modules.ts` puts these files into the page.

import { switchAxes } from './axis-switch.js';
import { drawCapacities } from './capacities.js';
import { drawDepthMaps } from './depth-maps.js';
import { offerDownloads } from './downloads.js';
import { followLines } from './line-hover.js';
import { tipMarks } from './mark-tips.js';
import { sortTable } from './table.js';
import { chooseTheme } from './theme.js';
import { drawTimeline } from './timeline.js';

chooseTheme();
for (const svg of document.querySelectorAll('svg[data-lines]')) followLines(svg);
tipMarks(document);
for (const figure of document.querySelectorAll('figure[data-name=accuracy]')) switchAxes(figure);
for (const figure of document.querySelectorAll('figure[data-name=comparison]')) sortTable(figure);
for (const section of document.querySelectorAll('section.timeline')) drawTimeline(section);
for (const section of document.querySelectorAll('section.depths')) drawDepthMaps(section);
for (const section of document.querySelectorAll('section.capacities')) drawCapacities(section);
for (const figure of document.querySelectorAll('figure[data-name]')) offerDownloads(figure);
