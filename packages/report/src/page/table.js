import { onHover, showTip } from './tip.js';

/** Sorting by a column, from its head or where heads are hidden by a select; and comparing with another baseline. */
export function sortTable(figure) {
  const table = figure.querySelector('table');
  const body = table.querySelector('tbody');
  const heads = [...table.querySelectorAll('thead th')];
  const drawn = [...body.rows];
  const sortBy = figure.querySelector('.sort');
  const order = { column: -1, direction: 1 };

  const apply = () => {
    const sorted = order.column < 0 ? drawn : drawn.toSorted((one, other) => compareRows(one, other, order));
    body.replaceChildren(...sorted);
    for (const [index, head] of heads.entries()) {
      head.ariaSort = index !== order.column ? 'none' : order.direction > 0 ? 'ascending' : 'descending';
    }
  };
  for (const [index, head] of heads.entries()) {
    head.querySelector('button').addEventListener('click', () => {
      order.direction = order.column === index ? -order.direction : 1;
      order.column = index;
      apply();
    });
  }
  sortBy.addEventListener('change', () => {
    order.column = sortBy.selectedIndex;
    order.direction = 1;
    apply();
  });

  for (const figureCell of table.querySelectorAll('.figure')) {
    onHover(figureCell, (event) => {
      const { range } = figureCell.dataset;
      if (range !== '') showTip(event, [{ value: range, place: 'least to most over seeds' }]);
    });
  }

  const baselines = JSON.parse(table.dataset.baselines);
  const baseline = figure.querySelector('.baseline');
  baseline.addEventListener('change', () => {
    const { note, rows } = baselines[baseline.value];
    for (const [index, row] of drawn.entries()) {
      const cells = row.querySelectorAll('.relative');
      for (const [column, cell] of cells.entries()) fillCell(cell, rows[index][column]);
    }
    figure.querySelector('.note').textContent = note;
    apply();
  });
}

function fillCell(cell, { text, value, detail, range }) {
  const small = document.createElement('small');
  small.textContent = detail;
  const figure = cell.querySelector('.figure');
  figure.replaceChildren(text, small);
  figure.dataset.range = range;
  if (value === null) delete cell.dataset.value;
  else cell.dataset.value = value;
}

/** Rows without a value come last in either direction. */
function compareRows(one, other, { column, direction }) {
  const [a, b] = [one, other].map((row) => row.cells[column].dataset.value);
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const [x, y] = [Number(a), Number(b)];
  const numeric = !Number.isNaN(x) && !Number.isNaN(y);
  return direction * (numeric ? x - y : a.localeCompare(b));
}
