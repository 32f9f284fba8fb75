/** Properties that decide how a chart looks; the page's style sheet does not go with a file of its own. */
const inlined = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-opacity',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'paint-order',
  'font-size',
  'font-weight',
];
/** What the pointer and the keyboard show. */
const passing = '.hit, .crosshair, .dot, .frame';
const margin = 16;

/** The chart as the text of a file that looks the same on its own, on the paper of the page. */
export function standaloneSvg(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const copies = [copy, ...copy.querySelectorAll('*')];
  for (const [index, original] of [svg, ...svg.querySelectorAll('*')].entries()) {
    const element = copies[index];
    if (element !== undefined) inlineStyle(original, element);
  }
  for (const element of copy.querySelectorAll(passing)) element.remove();
  const { width, height } = svg.viewBox.baseVal;
  const [fullWidth, fullHeight] = [width + 2 * margin, height + 2 * margin];
  setAttributes(copy, {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `${-margin} ${-margin} ${fullWidth} ${fullHeight}`,
    width: fullWidth,
    height: fullHeight,
    'font-family': getComputedStyle(svg).fontFamily,
  });
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const fill = plainColour(getComputedStyle(document.body).backgroundColor);
  setAttributes(paper, { x: -margin, y: -margin, width: fullWidth, height: fullHeight, fill });
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

function inlineStyle(original: Element, copy: Element): void {
  const computed = getComputedStyle(original);
  for (const { name } of [...copy.attributes]) {
    if (name === 'style' || name === 'tabindex') copy.removeAttribute(name);
  }
  if (copy.childElementCount > 0 && copy.localName !== 'text') return;
  for (const name of inlined) {
    const value = computed.getPropertyValue(name);
    copy.setAttribute(name, name === 'fill' || name === 'stroke' ? plainColour(value) : value);
  }
}

function setAttributes(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** A colour as programs other than browsers know it: `#rrggbb`, or `none`. */
function plainColour(colour: string): string {
  if (colour === 'none' || colour === 'rgba(0, 0, 0, 0)') return 'none';
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (pixel === null) return colour;
  pixel.fillStyle = colour;
  pixel.fillRect(0, 0, 1, 1);
  const rgb = pixel.getImageData(0, 0, 1, 1).data.slice(0, 3);
  return `#${[...rgb].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
