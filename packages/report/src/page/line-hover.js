import { svgElement } from './svg.js';
import { hideTip, onHover, showTip, toChart, toScreen } from './tip.js';

/** Values of every line at the pointer, or step by step with the arrow keys; the chart's data is `line-chart.ts`'s. */
export function followLines(svg) {
  const lines = JSON.parse(svg.dataset.lines).filter(({ points }) => points.length > 0);
  if (lines.length === 0) return;
  const crosshair = svgElement('line', {
    class: 'crosshair',
    y1: 20,
    y2: svg.dataset.bottom,
    visibility: 'hidden',
  });
  const dots = lines.map(({ tone }) =>
    svgElement('circle', { class: `dot tone-${tone}`, r: 4, visibility: 'hidden' }),
  );
  const marks = [crosshair, ...dots];
  svg.append(...marks);
  const hide = () => {
    for (const mark of marks) mark.setAttribute('visibility', 'hidden');
  };
  const show = (x, place) => {
    const nearest = lines.map(({ points }) => nearestPoint(points, x));
    for (const [index, [left, top]] of nearest.entries()) {
      dots[index].setAttribute('cx', left);
      dots[index].setAttribute('cy', top);
    }
    const [middle] = nearestPoint(nearest, x);
    crosshair.setAttribute('x1', middle);
    crosshair.setAttribute('x2', middle);
    for (const mark of marks) mark.setAttribute('visibility', 'visible');
    showTip(
      place,
      nearest.map(([, , value, where], index) => ({ ...lines[index], value, place: where })),
    );
  };
  onHover(svg, (event) => show(toChart(svg, event).x, event), hide);

  const longest = lines.reduce((one, other) =>
    other.points.length > one.points.length ? other : one,
  ).points;
  let position = longest.length - 1;
  const showPosition = () => {
    const [x, y] = longest[position];
    show(x, toScreen(svg, x, y));
  };
  svg.addEventListener('keydown', (event) => {
    const { key } = event;
    if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
    event.preventDefault();
    position = Math.min(longest.length - 1, Math.max(0, position + (key === 'ArrowLeft' ? -1 : 1)));
    showPosition();
  });
  svg.addEventListener('focus', () => {
    if (svg.matches(':focus-visible')) showPosition();
  });
  svg.addEventListener('blur', () => {
    hide();
    hideTip();
  });
}

function nearestPoint(points, x) {
  return points.reduce((one, other) => (Math.abs(other[0] - x) < Math.abs(one[0] - x) ? other : one));
}
