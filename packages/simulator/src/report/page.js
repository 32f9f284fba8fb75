// Hover values. Charts carry their data in attributes that `line-chart.ts`, `depth-map.ts` and `rank-bars.ts` write.

const tip = document.querySelector('.tip');

for (const svg of document.querySelectorAll('svg[data-lines]')) {
  const lines = JSON.parse(svg.dataset.lines).filter(({ points }) => points.length > 0);
  if (lines.length > 0) followLines(svg, lines);
}
for (const figure of document.querySelectorAll('figure[data-depths]')) {
  const { ids, depths } = JSON.parse(figure.dataset.depths);
  for (const svg of figure.querySelectorAll('svg')) followCells(svg, ids, depths);
}
for (const mark of document.querySelectorAll('[data-tip]')) {
  onHover(mark, (event) => showTip(event.clientX, event.clientY, [{ value: mark.dataset.tip }]));
}

function followLines(svg, lines) {
  const dots = lines.map(({ tone }) => {
    const dot = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    dot.setAttribute('class', `dot tone-${tone}`);
    dot.setAttribute('r', '4');
    dot.setAttribute('visibility', 'hidden');
    return svg.appendChild(dot);
  });
  const hide = () => {
    for (const dot of dots) dot.setAttribute('visibility', 'hidden');
  };
  const show = (x, clientX, clientY) => {
    const nearest = lines.map(({ points }) => nearestPoint(points, x));
    for (const [index, [left, top]] of nearest.entries()) {
      dots[index].setAttribute('cx', left);
      dots[index].setAttribute('cy', top);
      dots[index].setAttribute('visibility', 'visible');
    }
    const rows = nearest.map(([, , value, place], index) => ({ ...lines[index], value, place }));
    showTip(clientX, clientY, rows);
  };
  onHover(svg, (event) => show(toChart(svg, event).x, event.clientX, event.clientY), hide);

  const longest = lines.reduce((one, other) =>
    other.points.length > one.points.length ? other : one,
  ).points;
  let position = longest.length - 1;
  svg.addEventListener('keydown', ({ key }) => {
    if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
    position = Math.min(longest.length - 1, Math.max(0, position + (key === 'ArrowLeft' ? -1 : 1)));
    const [x, y] = longest[position];
    const box = svg.getBoundingClientRect();
    const scale = box.width / svg.viewBox.baseVal.width;
    show(x, box.left + x * scale, box.top + y * scale);
  });
  svg.addEventListener('blur', () => {
    hide();
    hideTip();
  });
}

function nearestPoint(points, x) {
  return points.reduce((one, other) => (Math.abs(other[0] - x) < Math.abs(one[0] - x) ? other : one));
}

function followCells(svg, ids, depths) {
  const tops = JSON.parse(svg.dataset.rows);
  const rowHeight = Number(svg.dataset.rowHeight);
  const rounds = Number(svg.dataset.rounds);
  onHover(svg, (event) => {
    const { x, y } = toChart(svg, event);
    const round = Math.floor((x / svg.viewBox.baseVal.width) * rounds) + 1;
    const row = tops.findIndex((top) => y >= top && y < top + rowHeight);
    if (row === -1 || round < 1 || round > rounds) {
      hideTip();
      return;
    }
    const depth = depths[row][round - 1];
    const value = depth === 0 ? 'sat out' : `${depth} ${depth === 1 ? 'block' : 'blocks'}`;
    showTip(event.clientX, event.clientY, [{ label: ids[row], value, place: `round ${round}` }]);
  });
}

function onHover(element, show, hide = () => {}) {
  element.addEventListener('pointermove', show);
  element.addEventListener('pointerdown', show);
  element.addEventListener('pointerleave', () => {
    hide();
    hideTip();
  });
}

function toChart(svg, event) {
  const box = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / box.width;
  return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
}

function showTip(clientX, clientY, rows) {
  tip.replaceChildren(...rows.map(drawRow));
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = clientX + 14 + width > innerWidth - 8 ? clientX - 14 - width : clientX + 14;
  const top = clientY - 14 - height < 8 ? clientY + 14 : clientY - 14 - height;
  tip.style.transform = `translate(${Math.max(8, left)}px, ${top}px)`;
}

function hideTip() {
  tip.hidden = true;
}

function drawRow({ label, tone, value, place }) {
  const row = document.createElement('div');
  if (tone !== undefined) row.append(textIn('span', '', `key tone-${tone}`));
  if (label !== undefined) row.append(`${label} `);
  row.append(textIn('strong', value, 'amount'));
  if (place !== undefined) row.append(textIn('span', `, ${place}`, 'place'));
  return row;
}

function textIn(tag, text, className) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
