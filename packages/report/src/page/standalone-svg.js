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
  'visibility',
];

/** The chart as the text of a file that looks the same on its own, on the paper of the page. */
export function standaloneSvg(svg) {
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  for (const [index, original] of originals.entries()) inlineStyle(original, copies[index]);
  for (const hidden of copy.querySelectorAll('[visibility=hidden], .hit')) hidden.remove();
  const { width, height } = svg.viewBox.baseVal;
  const margin = 16;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}`);
  copy.setAttribute('width', width + 2 * margin);
  copy.setAttribute('height', height + 2 * margin);
  copy.setAttribute('font-family', getComputedStyle(svg).fontFamily);
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const box = { x: -margin, y: -margin, width: width + 2 * margin, height: height + 2 * margin };
  for (const [key, value] of Object.entries(box)) paper.setAttribute(key, value);
  paper.setAttribute('fill', plainColour(getComputedStyle(document.body).backgroundColor));
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

function inlineStyle(original, copy) {
  const computed = getComputedStyle(original);
  for (const { name } of [...copy.attributes]) {
    if (name.startsWith('data-') || name === 'style' || name === 'tabindex') copy.removeAttribute(name);
  }
  if (copy.childElementCount > 0 && copy.localName !== 'text') return;
  for (const name of inlined) {
    const value = computed.getPropertyValue(name);
    copy.setAttribute(name, name === 'fill' || name === 'stroke' ? plainColour(value) : value);
  }
}

const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

/** A colour as programs other than browsers know it: `#rrggbb`, or `none`. */
function plainColour(colour) {
  if (colour === 'none' || colour === 'rgba(0, 0, 0, 0)') return 'none';
  pixel.fillStyle = colour;
  pixel.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
