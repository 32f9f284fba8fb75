/** All that a report's page shows, and its scripts draw and offer as CSV. Devices are indices into those of their run. */
export interface ReportView {
  /** The finding, as a sentence without its full stop. */
  readonly title: string;
  readonly groups: readonly GroupView[];
  /** What the axes of time are called: `Virtual time` of simulations, `Time` where some run was of real devices. */
  readonly timeName: string;
  /** What the figures mean, a paragraph each. */
  readonly notes: readonly string[];
  readonly comparison: ComparisonView;
  readonly blocks: number;
  /** Shown at most, per round and in a depth map. */
  readonly devices: number;
  readonly runs: readonly RunView[];
  readonly series: readonly SeriesView[];
}

/** What was run in one experiment. */
interface GroupView {
  readonly name: string;
  readonly facts: readonly FactView[];
}

export interface FactView {
  readonly term: string;
  readonly value: string;
  readonly detail: string;
}

export interface ComparisonView {
  /** Of each row. */
  readonly tones: readonly number[];
  /** The table against each strategy that the others can be compared with; a single one of a single strategy. */
  readonly against: readonly ComparisonTable[];
  /** Which of them is shown first. */
  readonly first: number;
}

export interface ComparisonTable {
  readonly baseline: string;
  readonly note: string;
  readonly columns: readonly { readonly title: string; readonly align: 'left' | 'right' }[];
  readonly rows: readonly (readonly CellView[])[];
}

export interface CellView {
  readonly text: string;
  /** The spread over seeds, and of how many. */
  readonly detail: string;
  /** Least to most over seeds; empty where all give the same. */
  readonly range: string;
  /** What to sort by; null sorts last. */
  readonly value: number | string | null;
}

/** The fleet of one run, the same for all of its strategies. */
export interface RunView {
  /** The seed, with the experiment's name where there are several. */
  readonly label: string;
  /** Devices that took part in some round. */
  readonly devices: number;
  /** Of the devices that the page shows, by kind. */
  readonly names: readonly string[];
  readonly kinds: readonly string[];
  /** Index of each device's kind. */
  readonly kindOf: readonly number[];
  /** The devices of the depth maps. */
  readonly mapped: readonly number[];
  /** Of each round that some record tells capacities of. */
  readonly capacities: readonly CapacitiesView[];
}

export interface CapacitiesView {
  readonly round: number;
  readonly participants: number;
  readonly devices: readonly number[];
  /** Seconds per block, forward and backward apart, and megabits per second. */
  readonly forward: readonly number[];
  readonly backward: readonly number[];
  readonly upload: readonly number[];
  readonly download: readonly number[];
}

/** One strategy of one experiment over its seeds, with how it is drawn. */
export interface SeriesView {
  readonly label: string;
  /** 1 to `toneCount`, one per strategy. */
  readonly tone: number;
  /** 0 is a solid line. */
  readonly dash: number;
  readonly targetAccuracy: number | null;
  /** Of the first seed's last round. */
  readonly ranks: readonly number[];
  /** For each block, the share of device rounds that trained it. */
  readonly trainedShares: readonly number[];
  /** How deep its devices trained, in words. */
  readonly depths: string;
  readonly seeds: readonly SeedView[];
}

export interface SeedView {
  readonly seed: number;
  /** Index into the runs. */
  readonly run: number;
  readonly rounds: RoundColumns;
  readonly toTarget: {
    readonly seconds: number | null;
    readonly bytesUp: number | null;
    readonly bytesDown: number | null;
    readonly rounds: number | null;
  };
  /** Of all rounds; waiting time is their mean. */
  readonly total: {
    readonly seconds: number;
    readonly bytesUp: number;
    readonly bytesDown: number;
    readonly waitingSeconds: number;
  };
  readonly timelines: readonly TimelineView[];
  /** Of each device that its run maps, the depth in each round, 0 where it did not take part. */
  readonly depths: readonly (readonly number[])[];
}

/** A value per round. */
export interface RoundColumns {
  readonly virtualSeconds: readonly number[];
  readonly roundSeconds: readonly number[];
  readonly waitingSeconds: readonly number[];
  readonly accuracy: readonly (number | null)[];
  readonly bytesUp: readonly number[];
  readonly bytesDown: readonly number[];
}

/** The devices of one round, a column per quantity. */
export interface TimelineView {
  readonly participants: number;
  readonly devices: readonly number[];
  readonly depth: readonly number[];
  readonly download: readonly number[];
  readonly forward: readonly number[];
  readonly backward: readonly number[];
  readonly upload: readonly number[];
  /** Devices that vanished: position in the columns, seconds until then, why. */
  readonly dropped: readonly (readonly [number, number, string])[];
}
