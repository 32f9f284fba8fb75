import { addSelect, addStepper } from './controls.js';
import { data } from './data.js';
import { formatCount, formatDuration } from './format.js';
import { drawBottomAxis, drawInto, niceTicks, svgElement, tenth } from './svg.js';
import { hideTip, onHover, showTip, toChart, toScreen } from './tip.js';

const phases = ['download', 'forward', 'backward', 'upload', 'waiting'];

/** What the timeline shows: its rows are `downloads.js`'s to offer as CSV. */
export const timeline = { series: 0, seed: 0, round: 0, order: 0, rows: [] };

/** The choosers of the timeline and the chart of what they choose. */
export function drawTimeline(section) {
  const controls = section.querySelector('.controls');
  const redraw = drawInto(section.querySelector('.drawing'), (width) => {
    timeline.rows = timelineRows();
    describeTimelineLimit(section.querySelector('.shown'));
    return timelineChart(timeline.rows, width);
  });
  const seedsOf = ({ seeds }) => seeds.map(({ run }) => data.runs[run].label);
  const roundsOf = ({ timelines }) => timelines.map((_, index) => String(index + 1));
  addSelect(
    controls,
    'Strategy',
    data.series.map(({ label }) => label),
    (index) => {
      timeline.series = index;
      timeline.seed = 0;
      seeds.fill(seedsOf(data.series[index]));
      timeline.round = rounds.fill(roundsOf(chosenSeed()));
      redraw();
    },
  );
  const seeds = addSelect(controls, 'Seed', seedsOf(data.series[0]), (index) => {
    timeline.seed = index;
    timeline.round = rounds.fill(roundsOf(chosenSeed()));
    redraw();
  });
  const rounds = addStepper(controls, 'Round', roundsOf(chosenSeed()), (index) => {
    timeline.round = index;
    redraw();
  });
  addSelect(controls, 'Order', ['by kind', 'by completion'], (index) => {
    timeline.order = index;
    redraw();
  });
}

function chosenSeed() {
  return data.series[timeline.series].seeds[timeline.seed];
}

/** A row per device: its id, kind and depth, and the seconds at which each phase begins and ends. */
function timelineRows() {
  const seed = chosenSeed();
  const round = seed.timelines[timeline.round];
  if (round === undefined) return [];
  const { ids, kinds, kindOf } = data.runs[seed.run];
  const dropped = new Map(
    round.dropped.map(([position, seconds, reason]) => [position, { seconds, reason }]),
  );
  const end = seed.rounds.roundSeconds[timeline.round];
  const rows = round.devices.map((device, position) => {
    const { seconds: vanished = Number.POSITIVE_INFINITY, reason } = dropped.get(position) ?? {};
    let from = 0;
    const spans = phases.slice(0, -1).map((phase) => {
      const to = Math.min(vanished, from + round[phase][position]);
      const span = { phase, from, to };
      from = to;
      return span;
    });
    if (reason === undefined) spans.push({ phase: 'waiting', from, to: Math.max(from, end) });
    return {
      device,
      id: ids[device],
      kind: kinds[kindOf[device]],
      depth: round.depth[position],
      seconds: reason === undefined ? from : vanished,
      reason,
      spans,
    };
  });
  const byKind = (one, other) => one.device - other.device;
  return rows.sort(timeline.order === 0 ? byKind : (one, other) => one.seconds - other.seconds);
}

function describeTimelineLimit(note) {
  const { participants = 0, devices = [] } = chosenSeed().timelines[timeline.round] ?? {};
  note.textContent =
    devices.length < participants
      ? `Of ${formatCount(participants, 'device')} in this round ${devices.length} are shown, evenly chosen, the slowest among them.`
      : '';
}

function timelineChart(rows, width) {
  const rowHeight = Math.min(20, Math.max(4, 460 / Math.max(1, rows.length)));
  const named = rowHeight >= 12 && width > 560;
  const headed = timeline.order === 0 && !named && new Set(rows.map(({ kind }) => kind)).size > 1;
  const left = named ? 12 + 6.8 * Math.max(...rows.map(({ id }) => Math.min(30, id.length))) : 0;
  const end = Math.max(1e-9, ...rows.flatMap(({ spans }) => spans.map(({ to }) => to)));
  const scale = (seconds) => left + (seconds / end) * (width - 10 - left);
  const bars = [];
  const tops = [];
  let y = 0;
  for (const [index, row] of rows.entries()) {
    if (headed && row.kind !== rows[index - 1]?.kind) {
      bars.push(svgElement('text', { class: 'heading', x: 0, y: y + 14 }, row.kind));
      y += 20;
    }
    tops.push(y);
    bars.push(...drawDevice(row, { scale, y, rowHeight, named, left }));
    y += rowHeight;
  }
  const bottom = Math.ceil(y + 2);
  const seconds = end < 600 ? 1 : end < 7200 ? 60 : 3600;
  const unit = { 1: 's', 60: 'min', 3600: 'h' }[seconds];
  const ticks = niceTicks(0, end / seconds, Math.max(2, (width - left) / 90)).map((value) => ({
    at: scale(value * seconds),
    text: String(value),
  }));
  const svg = svgElement(
    'svg',
    {
      viewBox: `0 0 ${width} ${bottom + 40}`,
      role: 'img',
      tabindex: 0,
      'aria-label': 'What each device does in the chosen round; arrow keys go from device to device',
    },
    ...bars,
    drawBottomAxis({ left, right: width - 10, bottom }, ticks, `Time since the round’s start (${unit})`),
  );
  followRows(svg, rows, { tops, rowHeight, scale, end, left });
  return svg;
}

function drawDevice({ id, spans, seconds, reason }, { scale, y, rowHeight, named, left }) {
  const height = tenth(rowHeight - (rowHeight > 5 ? 2 : 0.6));
  const parts = spans
    .filter(({ from, to }) => to > from)
    .map(({ phase, from, to }) =>
      svgElement('rect', {
        class: `phase-${phase}`,
        x: tenth(scale(from)),
        y: tenth(y),
        width: tenth(scale(to) - scale(from)),
        height,
      }),
    );
  const middle = tenth(y + height / 2);
  if (named) {
    const text = id.length > 30 ? `${id.slice(0, 29)}…` : id;
    parts.push(svgElement('text', { x: left - 8, y: middle, dy: '0.32em', 'text-anchor': 'end' }, text));
  }
  if (reason !== undefined) {
    parts.push(
      svgElement('text', { class: 'cross', x: tenth(scale(seconds)), y: middle, dy: '0.35em' }, '✕'),
    );
  }
  return parts;
}

function followRows(svg, rows, { tops, rowHeight, scale, end, left }) {
  const frame = svgElement('rect', { class: 'chosen', visibility: 'hidden', height: rowHeight });
  svg.append(frame);
  let position = -1;
  const hide = () => frame.setAttribute('visibility', 'hidden');
  const show = (index, place) => {
    position = index;
    frame.setAttribute('x', left);
    frame.setAttribute('width', scale(end) - left);
    frame.setAttribute('y', tops[index] - 1);
    frame.setAttribute('visibility', 'visible');
    showTip(place, tipRows(rows[index]));
  };
  onHover(
    svg,
    (event) => {
      const { y } = toChart(svg, event);
      const index = tops.findIndex((top) => y >= top && y < top + rowHeight);
      if (index !== -1) show(index, event);
    },
    hide,
  );
  svg.addEventListener('keydown', (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined || rows.length === 0) return;
    event.preventDefault();
    const index = Math.min(rows.length - 1, Math.max(0, position + step));
    show(index, toScreen(svg, scale(rows[index].seconds), tops[index]));
  });
  svg.addEventListener('blur', () => {
    hide();
    hideTip();
  });
}

function tipRows({ id, depth, spans, seconds, reason }) {
  const blocks = depth === 1 ? '1 block' : `${depth} blocks`;
  const end =
    reason === undefined ? [] : [{ label: `dropped out after ${formatDuration(seconds)}:`, value: reason }];
  return [
    { value: id, place: blocks },
    ...spans.map(({ phase, from, to }) => ({ label: phase, value: formatDuration(to - from) })),
    ...end,
  ];
}
