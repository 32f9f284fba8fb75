import { addSelect } from './controls.js';
import { data } from './data.js';
import { formatCount } from './format.js';
import { drawBottomAxis, drawInto, niceTicks, svgElement, tenth } from './svg.js';
import { hideTip, onHover, showTip, toChart } from './tip.js';

/** The seed of which all depth maps are. */
export const depthMaps = { seed: 0 };

const headingHeight = 20;
const groupGap = 8;

/** The map of every strategy, with one chooser of the seed for all. */
export function drawDepthMaps(section) {
  section.querySelector('.depth-key').append(...depthKey());
  const maps = [...section.querySelectorAll('.depth-map')].map((element) =>
    drawInto(element, (width) => depthMap(data.series[element.dataset.series], width)),
  );
  describeLimit(section.querySelector('.shown'));
  const longest = data.series.reduce((one, other) => (other.seeds.length > one.seeds.length ? other : one));
  addSelect(
    section.querySelector('.controls'),
    'Seed',
    longest.seeds.map(({ seed }) => String(seed)),
    (index) => {
      depthMaps.seed = index;
      for (const redraw of maps) redraw();
    },
  );
}

/** Rounds and depths of the chosen seed: `{ ids, depths }`, a row per device; undefined where it did not run. */
export function chosenDepths(series) {
  const seed = series.seeds[depthMaps.seed];
  if (seed === undefined) return undefined;
  const { ids, kinds, kindOf, mapped } = data.runs[seed.run];
  return {
    seed: seed.seed,
    rounds: seed.rounds.virtualSeconds.length,
    rows: mapped.map((device, row) => ({
      id: ids[device],
      kind: kinds[kindOf[device]],
      depths: seed.depths[row],
    })),
  };
}

function depthKey() {
  const title = Object.assign(document.createElement('li'), { className: 'key-title' });
  title.textContent = 'Blocks trained';
  const levels = Array.from({ length: data.blocks }, (_, index) => {
    const item = document.createElement('li');
    const swatch = Object.assign(document.createElement('span'), { className: 'swatch cells' });
    swatch.style.cssText = depthStyle(index + 1);
    item.append(swatch, String(index + 1));
    return item;
  });
  return [title, ...levels];
}

function depthStyle(depth) {
  const share = data.blocks === 1 ? 100 : Math.round(((depth - 1) / (data.blocks - 1)) * 100);
  return `--colour: color-mix(in oklab, var(--deep) ${share}%, var(--shallow))`;
}

function describeLimit(note) {
  const most = Math.max(...data.runs.map(({ devices }) => devices));
  if (most > data.devices) {
    note.textContent = `Of ${formatCount(most, 'device')} ${data.devices} are shown, evenly chosen.`;
  }
}

function depthMap(series, width) {
  const { rounds, rows } = chosenDepths(series) ?? { rounds: 0, rows: [] };
  const rowHeight = Math.min(14, Math.max(2, 300 / Math.max(1, rows.length)));
  const headings = [];
  const tops = [];
  let y = 0;
  for (const [index, { kind }] of rows.entries()) {
    if (kind !== rows[index - 1]?.kind) {
      if (index > 0) y += groupGap;
      const members = rows.filter((row) => row.kind === kind).length;
      const text =
        kind === 'devices' ? formatCount(members, 'device') : `${kind}, ${formatCount(members, 'device')}`;
      headings.push(svgElement('text', { class: 'heading', x: 0, y: y + 13 }, text));
      y += headingHeight;
    }
    tops.push(y);
    y += rowHeight;
  }
  const bottom = Math.ceil(y) + groupGap;
  const scale = (round) => ((round - 0.5) / Math.max(1, rounds)) * width;
  const ticks = niceTicks(1, rounds, Math.max(2, width / 70))
    .filter(Number.isInteger)
    .map((round) => ({ at: scale(round), text: String(round) }));
  const height = rowHeight - (rowHeight > 5 ? 1 : 0);
  const svg = svgElement(
    'svg',
    {
      viewBox: `0 0 ${width} ${bottom + 40}`,
      role: 'img',
      'aria-label': `Depth of every device, ${series.label}`,
    },
    ...headings,
    ...drawLevels(rows, tops, { scale, height }),
    drawBottomAxis({ left: 0, right: width, bottom }, ticks, 'Round'),
  );
  onHover(svg, (event) => {
    const at = toChart(svg, event);
    const round = Math.floor((at.x / width) * rounds) + 1;
    const row = rows[tops.findIndex((top) => at.y >= top && at.y < top + rowHeight)];
    const depth = row?.depths[round - 1];
    if (depth === undefined) hideTip();
    else showTip(event, [{ label: row.id, value: nameDepth(depth), place: `round ${round}` }]);
  });
  return svg;
}

function nameDepth(depth) {
  if (depth === 0) return 'sat out';
  return depth === 1 ? '1 block' : `${depth} blocks`;
}

/** A path per depth, so that many devices stay few elements. */
function drawLevels(rows, tops, { scale, height }) {
  const levels = new Map();
  for (const [row, { depths }] of rows.entries()) {
    for (let from = 0, to = 0; from < depths.length; from = to) {
      while (to < depths.length && depths[to] === depths[from]) to++;
      const left = tenth(scale(from + 0.5));
      const strip = `M${left} ${tenth(tops[row])}H${tenth(scale(to + 0.5))}v${tenth(height)}H${left}z`;
      levels.set(depths[from], (levels.get(depths[from]) ?? '') + strip);
    }
  }
  levels.delete(0);
  return [...levels].map(([depth, path]) =>
    svgElement('path', { class: 'cells', style: depthStyle(depth), d: path }),
  );
}
