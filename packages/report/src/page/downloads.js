import { formatCsv } from './csv.js';
import { figureRows } from './figure-rows.js';
import { standaloneSvg } from './standalone-svg.js';

/** Buttons that save a figure's chart, where it has one, as SVG and its data as CSV. */
export function offerDownloads(figure) {
  const buttons = document.createElement('p');
  buttons.className = 'downloads';
  const { name } = figure.dataset;
  const visibleChart = () =>
    [...figure.querySelectorAll('svg:not(.sample)')].find((svg) => svg.getBoundingClientRect().width > 0);
  if (figure.querySelector('svg, .drawing') !== null) {
    addSave(buttons, 'SVG', 'image/svg+xml', `${name}.svg`, () => standaloneSvg(visibleChart()));
  }
  addSave(buttons, 'CSV', 'text/csv', `${name}.csv`, () => formatCsv(figureRows(figure)));
  figure.append(buttons);
}

function addSave(parent, title, type, name, textOf) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = title;
  button.ariaLabel = `Save ${name}`;
  button.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([textOf()], { type }));
    link.download = name;
    link.click();
    // The browser has taken the text when the click has been handled; later is safe for all of them.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
  parent.append(button);
}
