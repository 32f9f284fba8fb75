import { lightPalette, resolvePalette, toneRules } from '@legend-fl/look';
import { chartStyle } from '@legend-fl/look/node';
import type { DrawnChart } from '../page/page-renderer.ts';

const style = resolvePalette(`${toneRules}${chartStyle}`, lightPalette)
  .replace(/\/\*.*?\*\//gs, '')
  .replace(/\s+/g, ' ');

const margin = 20;
const titleHeight = 48;
const gap = 24;

/** Charts under their titles in one SVG file that needs nothing else, on white paper of its own. */
export function standaloneSvg(width: number, panels: readonly DrawnChart[]): string {
  let y = margin;
  const placed = panels.map(({ title, subtitle, svg }) => {
    const top = y;
    const height = heightOf(svg);
    y += titleHeight + height + gap;
    // Of no use to a file without scripts.
    const inner = svg
      .replaceAll(' tabindex="0"', '')
      .replace('<svg ', `<svg x="${margin}" y="${top + titleHeight}" width="${width}" height="${height}" `);
    return `<text class="headline" x="${margin}" y="${top + 14}">${escapeText(title)}</text>\n<text x="${margin}" y="${top + 33}">${escapeText(subtitle)}</text>\n${inner}`;
  });
  const [fullWidth, fullHeight] = [width + 2 * margin, y - gap + margin];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fullWidth} ${fullHeight}" width="${fullWidth}" height="${fullHeight}">
<style>${style}</style>
<rect class="sheet" width="${fullWidth}" height="${fullHeight}" rx="6"/>
${placed.join('\n')}
</svg>
`;
}

function heightOf(svg: string): number {
  const [, height] = /viewBox="0 0 [\d.]+ ([\d.]+)"/.exec(svg) ?? [];
  return Number(height);
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
