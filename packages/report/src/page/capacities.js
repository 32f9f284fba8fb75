import { addSelect, addStepper } from './controls.js';
import { data } from './data.js';
import { formatCount, formatDuration, threeDigits } from './format.js';
import { tipMarks } from './mark-tips.js';
import { drawBottomAxis, drawInto, svgElement, tenth } from './svg.js';

/** The run and the round of which the capacities are. */
export const capacities = { run: 0, round: 0 };

/** The choosers of the fleet's capacities and the chart of what they choose. */
export function drawCapacities(section) {
  const told = data.runs.filter((run) => run.capacities.length > 0);
  const controls = section.querySelector('.controls');
  const redraw = drawInto(section.querySelector('.drawing'), (width) => {
    section.querySelector('.kind-key').replaceChildren(...kindKey());
    describeCapacityLimit(section.querySelector('.shown'));
    return capacityChart(width);
  });
  const roundsOf = (run) => run.capacities.map(({ round }) => String(round));
  capacities.run = data.runs.indexOf(told[0]);
  addSelect(
    controls,
    'Seed',
    told.map(({ label }) => label),
    (index) => {
      capacities.run = data.runs.indexOf(told[index]);
      capacities.round = rounds.fill(roundsOf(told[index]));
      redraw();
    },
  );
  const rounds = addStepper(controls, 'Round', roundsOf(told[0]), (index) => {
    capacities.round = index;
    redraw();
  });
}

/** A row per device: id, kind, seconds per block and megabits per second. */
export function capacityRows() {
  const { ids, kinds, kindOf, capacities: rounds } = data.runs[capacities.run];
  const round = rounds[capacities.round];
  return round.devices.map((device, position) => ({
    id: ids[device],
    kind: kindOf[device],
    kindName: kinds[kindOf[device]],
    forward: round.forward[position],
    backward: round.backward[position],
    upload: round.upload[position],
    download: round.download[position],
  }));
}

function describeCapacityLimit(note) {
  const { participants, devices } = data.runs[capacities.run].capacities[capacities.round];
  note.textContent =
    devices.length < participants
      ? `Of ${formatCount(participants, 'device')} in this round ${devices.length} are shown, evenly chosen.`
      : '';
}

function kindKey() {
  return data.runs[capacities.run].kinds.map((kind, index) => {
    const item = document.createElement('li');
    const mark = svgElement(
      'svg',
      { viewBox: '-7 -7 14 14', class: `sample tone-${toneOfKind(index)}` },
      drawMark(index, 0, 0),
    );
    item.append(mark, kind);
    return item;
  });
}

function toneOfKind(kind) {
  return (kind % 6) + 1;
}

function capacityChart(width) {
  const rows = capacityRows().filter(({ forward, backward, upload }) => forward + backward > 0 && upload > 0);
  const height = width > 600 ? 400 : 320;
  const plot = { left: 44, right: width - 12, top: 30, bottom: height - 40 };
  const x = logScale(
    rows.map(({ upload }) => upload),
    plot.left + 8,
    plot.right - 8,
  );
  const y = logScale(
    rows.map(({ forward, backward }) => forward + backward),
    plot.bottom - 8,
    plot.top + 8,
  );
  const svg = svgElement(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': 'Seconds per block against uplink rate, a mark per device',
    },
    ...y.ticks.flatMap(({ at, text }) => [
      svgElement('line', { class: 'grid', x1: plot.left, x2: plot.right, y1: tenth(at), y2: tenth(at) }),
      svgElement('text', { x: plot.left - 8, y: tenth(at), dy: '0.32em', 'text-anchor': 'end' }, text),
    ]),
    svgElement('text', { class: 'title', x: 0, y: 12 }, 'Seconds per block'),
    drawBottomAxis(plot, x.ticks, 'Uplink (Mb/s)'),
    ...rows.map((row) => drawDeviceMark(row, x.at(row.upload), y.at(row.forward + row.backward))),
  );
  tipMarks(svg);
  return svg;
}

function drawDeviceMark({ id, kind, forward, backward, upload, download }, x, y) {
  const tip = `${id}: forward ${formatDuration(forward)}, backward ${formatDuration(backward)} per block; up ${threeDigits(upload)} Mb/s, down ${threeDigits(download)} Mb/s`;
  return svgElement('g', { class: `tone-${toneOfKind(kind)}`, 'data-tip': tip }, drawMark(kind, x, y));
}

/** A shape per kind, so that kinds are told apart without their colours. */
function drawMark(kind, x, y) {
  const shapes = [
    'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z',
    'M-4.5 -4.5h9v9h-9z',
    'M0 -6L5.5 4.5H-5.5z',
    'M0 -6.5L6 0L0 6.5L-6 0z',
    'M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z',
    'M0 6L5.5 -4.5H-5.5z',
  ];
  return svgElement('path', {
    class: 'device',
    d: shapes[kind % shapes.length],
    transform: `translate(${tenth(x)} ${tenth(y)})`,
  });
}

/** Positions on a logarithmic axis over the values, with ticks at 1, 2 and 5 times the powers of ten. */
function logScale(values, from, to) {
  const low = Math.log10(Math.min(...values));
  const high = Math.max(low + 0.05, Math.log10(Math.max(...values)));
  const at = (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const powers = Array.from(
    { length: Math.ceil(high) - Math.floor(low) + 1 },
    (_, index) => 10 ** (Math.floor(low) + index),
  );
  const within = (value) => Math.log10(value) >= low - 1e-9 && Math.log10(value) <= high + 1e-9;
  const candidates = [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]].map((factors) =>
    powers.flatMap((power) => factors.map((factor) => factor * power)).filter(within),
  );
  const ticks = candidates.find(({ length }) => length >= 3) ?? candidates.at(-1);
  return { at, ticks: ticks.map((value) => ({ at: at(value), text: threeDigits(value) })) };
}
