import { capacities, capacityRows } from './capacities.js';
import { data } from './data.js';
import { chosenDepths } from './depth-maps.js';
import { timeline } from './timeline.js';

/** The data of a figure as rows, of which the first holds the titles. */
export function figureRows(figure) {
  const [, kind, number] = /^(.*?)(?:-(\d+))?$/.exec(figure.dataset.name);
  const series = data.series[Number(number) - 1];
  switch (kind) {
    case 'comparison':
      return tableRows(figure.querySelector('table'));
    case 'time-to-target':
    case 'traffic-to-target':
      return targetRows();
    case 'timeline':
      return timelineTable();
    case 'capacities':
      return capacityTable();
    case 'depths':
      return depthTable(series);
    case 'ranks':
      return rankTable(series);
    default:
      return roundRows();
  }
}

/** The table as it stands: sorted, and against the baseline chosen. Deviations stand behind the figures. */
function tableRows(table) {
  const textsOf = (node) =>
    node.nodeType === Node.TEXT_NODE ? [node.data] : [...node.childNodes].flatMap(textsOf);
  return [...table.rows].map((row) =>
    [...row.cells].map((cell) =>
      textsOf(cell)
        .filter((text) => text !== '')
        .join(' '),
    ),
  );
}

function targetRows() {
  return [
    [
      'strategy',
      'seed',
      'seconds to target',
      'rounds to target',
      'bytes up to target',
      'bytes down to target',
    ],
    ...data.series.flatMap(({ label, seeds }) =>
      seeds.map(({ seed, toTarget: { seconds, rounds, bytesUp, bytesDown } }) => [
        label,
        seed,
        seconds,
        rounds,
        bytesUp,
        bytesDown,
      ]),
    ),
  ];
}

function roundRows() {
  const columns = ['virtualSeconds', 'roundSeconds', 'waitingSeconds', 'accuracy', 'bytesUp', 'bytesDown'];
  return [
    [
      'strategy',
      'seed',
      'round',
      'virtual seconds',
      'round seconds',
      'waiting seconds',
      'accuracy',
      'bytes up',
      'bytes down',
    ],
    ...data.series.flatMap(({ label, seeds }) =>
      seeds.flatMap(({ seed, rounds }) =>
        rounds.virtualSeconds.map((_, index) => [
          label,
          seed,
          index + 1,
          ...columns.map((column) => rounds[column][index]),
        ]),
      ),
    ),
  ];
}

function timelineTable() {
  const { label, seeds } = data.series[timeline.series];
  const phases = ['download', 'forward', 'backward', 'upload', 'waiting'];
  return [
    [
      'strategy',
      'seed',
      'round',
      'device',
      'kind',
      'depth',
      ...phases.map((phase) => `${phase} seconds`),
      'dropped',
    ],
    ...timeline.rows.map(({ id, kind, depth, spans, reason }) => [
      label,
      seeds[timeline.seed].seed,
      timeline.round + 1,
      id,
      kind,
      depth,
      ...phases.map((phase) => {
        const span = spans.find((one) => one.phase === phase);
        return span === undefined ? null : Number((span.to - span.from).toPrecision(4));
      }),
      reason,
    ]),
  ];
}

function capacityTable() {
  const { label, capacities: rounds } = data.runs[capacities.run];
  return [
    [
      'run',
      'round',
      'device',
      'kind',
      'forward seconds per block',
      'backward seconds per block',
      'Mb/s up',
      'Mb/s down',
    ],
    ...capacityRows().map(({ id, kindName, forward, backward, upload, download }) => [
      label,
      rounds[capacities.round].round,
      id,
      kindName,
      forward,
      backward,
      upload,
      download,
    ]),
  ];
}

function depthTable(series) {
  const { seed, rows } = chosenDepths(series) ?? { rows: [] };
  return [
    ['strategy', 'seed', 'device', 'kind', 'round', 'depth'],
    ...rows.flatMap(({ id, kind, depths }) =>
      depths.map((depth, index) => [series.label, seed, id, kind, index + 1, depth]),
    ),
  ];
}

function rankTable({ label, ranks, trainedShares }) {
  return [
    ['strategy', 'block', 'rank', 'trained share'],
    ...ranks.map((rank, index) => [label, index + 1, rank, Number(trainedShares[index].toPrecision(4))]),
  ];
}
