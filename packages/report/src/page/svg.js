/** An SVG element; children are elements or texts. */
export function svgElement(name, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** To a tenth of a unit. */
export function tenth(value) {
  return Math.round(value * 10) / 10;
}

/** Draws anew whenever the element gets another width; `draw(width)` gives the chart. Returns how to do it now. */
export function drawInto(element, draw) {
  let drawn = 0;
  const redraw = () => {
    drawn = Math.floor(element.clientWidth);
    if (drawn > 0) element.replaceChildren(draw(drawn));
  };
  new ResizeObserver(() => {
    if (Math.floor(element.clientWidth) !== drawn) redraw();
  }).observe(element);
  return redraw;
}

/** Steps of 1, 2 or 5 times a power of ten, about `count` of them. */
export function niceTicks(from, to, count) {
  const rough = (to - from) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power;
  const ticks = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to * (1 + 1e-9); index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** The horizontal axis of a chart: ticks `{ at, text }` and a title at the right. */
export function drawBottomAxis({ left, right, bottom }, ticks, title) {
  return svgElement(
    'g',
    { class: 'axis' },
    svgElement('line', { class: 'base', x1: left, x2: right, y1: bottom, y2: bottom }),
    ...ticks.flatMap(({ at, text }) => [
      svgElement('line', { class: 'tick', x1: tenth(at), x2: tenth(at), y1: bottom, y2: bottom + 4 }),
      svgElement('text', { x: tenth(at), y: bottom + 17, 'text-anchor': 'middle' }, text),
    ]),
    svgElement('text', { class: 'title', x: right, y: bottom + 34, 'text-anchor': 'end' }, title),
  );
}
