const tip = document.querySelector('.tip');

/** Calls `show` with the pointer's event while it is over the element, `hide` when it leaves. */
export function onHover(element, show, hide = () => {}) {
  element.addEventListener('pointermove', show);
  element.addEventListener('pointerdown', show);
  element.addEventListener('pointerleave', () => {
    hide();
    hideTip();
  });
}

/** Where the event is, in the chart's own units. */
export function toChart(svg, event) {
  const box = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / box.width;
  return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
}

/** Where a point of the chart is on the screen. */
export function toScreen(svg, x, y) {
  const box = svg.getBoundingClientRect();
  const scale = box.width / svg.viewBox.baseVal.width;
  return { clientX: box.left + x * scale, clientY: box.top + y * scale };
}

/** Rows of `{ tone, label, value, place }`, all but the value optional. */
export function showTip({ clientX, clientY }, rows) {
  tip.replaceChildren(...rows.map(drawTipRow));
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = clientX + 14 + width > innerWidth - 8 ? clientX - 14 - width : clientX + 14;
  const above = clientY - 14 - height;
  const top = above < 8 ? Math.min(clientY + 14, innerHeight - 8 - height) : above;
  tip.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
}

export function hideTip() {
  tip.hidden = true;
}

function drawTipRow({ label, tone, value, place }) {
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
