import type { ModelFiles, Tensor } from '@legend-fl/adapter';
import { requireDefined, seededRandom } from '@legend-fl/base';
import { randomNormal } from 'd3-random';
import type { Architecture, HeadParameter } from './architectures/architecture.ts';
import { selectArchitecture } from './architectures/select-architecture.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint/open-checkpoint.ts';

const FLOAT_BYTES = 4;

/** A pre-trained model, ready to be adapted. */
export interface Model {
  readonly files: ModelFiles;
  readonly architecture: Architecture;
  /** Modules of the head that are trained with the adapter: PEFT's `modules_to_save`. */
  readonly headModules: readonly string[];
  /** Their parameters: from the checkpoint if it has them in the right shape, else drawn from the seed. */
  readonly head: ReadonlyMap<string, Tensor>;
  /** Names of those that were drawn. */
  readonly newHead: readonly string[];
  /** A parameter of the base model by its full name, e.g. `bert.encoder.layer.0.output.dense.bias`. */
  read(name: string, dims: readonly number[]): Promise<Tensor>;
  /** Every parameter of the checkpoint under its full name. */
  readAll(): Promise<Map<string, Tensor>>;
  /** config.json */
  readonly config: Readonly<Record<string, unknown>>;
  /** Bytes of all its parameters as float32. */
  readonly weightBytes: number;
}

/**
 * Opens a model (config.json and safetensors).
 *
 * @param classes number of classes of the head; the checkpoint's own number when absent
 * @throws InputError when a file is missing or damaged, or a shape does not fit config.json
 */
export async function openModel(
  files: ModelFiles,
  { classes, seed }: { readonly classes?: number | undefined; readonly seed: number },
): Promise<Model> {
  const checkpoint = await openCheckpoint(files);
  const { config, configPath } = checkpoint;
  const architecture = selectArchitecture(config, classes ?? classesOf(config), configPath);
  const missing = architecture.headParameters.filter(
    (parameter) => !holds(checkpoint, architecture, parameter),
  );
  const headModules = [
    ...new Set([...architecture.headModules, ...missing.map(({ name }) => moduleOf(architecture, name))]),
  ];
  const trained = architecture.headParameters.filter(({ name }) =>
    headModules.some((module) => name.startsWith(`${module}.`)),
  );
  // A module with a missing part is drawn as a whole, so that its parts belong together.
  const drawn = trained.filter(({ name }) =>
    missing.some((other) => moduleOf(architecture, other.name) === moduleOf(architecture, name)),
  );
  const head = new Map<string, Tensor>();
  const read = async (name: string, dims: readonly number[]): Promise<Tensor> => {
    return head.get(name) ?? checkpoint.read(storedName(checkpoint, architecture, name) ?? name, dims);
  };
  for (const parameter of trained) {
    const tensor = drawn.includes(parameter)
      ? drawParameter(parameter, architecture.initializerRange, seed)
      : await read(parameter.name, parameter.dims);
    head.set(parameter.name, tensor);
  }
  return {
    files,
    architecture,
    headModules,
    head,
    newHead: drawn.map(({ name }) => name),
    read,
    readAll: () => readAll(checkpoint, architecture),
    config,
    weightBytes:
      FLOAT_BYTES *
      checkpoint.tensorNames.reduce((sum, name) => sum + elementCount(checkpoint.dimsOf(name)), 0),
  };
}

/** Headless checkpoints leave out the prefix; position ids, which some carry, are no parameter. */
async function readAll(
  checkpoint: Checkpoint,
  { prefix, headParameters }: Architecture,
): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  const bareHead = new Set(headParameters.map(({ name }) => name));
  for (const stored of checkpoint.tensorNames) {
    if (stored.endsWith('position_ids')) continue;
    const current = stored.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias');
    const name = current.startsWith(prefix) || bareHead.has(current) ? current : `${prefix}${current}`;
    tensors.set(
      name,
      await checkpoint.read(stored, requireDefined(checkpoint.dimsOf(stored), `shape of ${stored}`)),
    );
  }
  return tensors;
}

function elementCount(dims: readonly number[] = []): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * The names of the classes that a model's head was trained on, in the order of its outputs; undefined if the checkpoint has no
 * complete head. transformers names unnamed classes `LABEL_0`, ….
 */
export async function trainedClasses(files: ModelFiles): Promise<readonly string[] | undefined> {
  const checkpoint = await openCheckpoint(files);
  const { config, configPath } = checkpoint;
  const count = classesOf(config);
  const architecture = selectArchitecture(config, count, configPath);
  if (!architecture.headParameters.every((parameter) => holds(checkpoint, architecture, parameter)))
    return undefined;
  const names =
    typeof config.id2label === 'object' && config.id2label
      ? new Map(Object.entries(config.id2label))
      : new Map();
  return Array.from({ length: count }, (_, index) => String(names.get(String(index)) ?? `LABEL_${index}`));
}

/** Whether the checkpoint has a parameter in the shape that the architecture gives it. */
function holds(checkpoint: Checkpoint, architecture: Architecture, { name, dims }: HeadParameter): boolean {
  const stored = storedName(checkpoint, architecture, name);
  return stored !== undefined && checkpoint.dimsOf(stored)?.join() === dims.join();
}

/** The trained module that a head parameter belongs to; a parameter outside the listed ones is a module of its own. */
function moduleOf({ headModules }: Architecture, name: string): string {
  return headModules.find((module) => name.startsWith(`${module}.`)) ?? name.replace(/\.(weight|bias)$/, '');
}

/** A weight from N(0, initializer_range²), a bias zero, as transformers makes new layers. */
function drawParameter({ name, dims }: HeadParameter, deviation: number, seed: number): Tensor {
  const data = new Float32Array(elementCount(dims));
  if (dims.length > 1) {
    const draw = randomNormal.source(seededRandom(seed, 'head', name))(0, deviation);
    for (let index = 0; index < data.length; index++) data[index] = draw();
  }
  return { dims, data };
}

/**
 * The name under which the checkpoint holds a parameter: with or without the architecture's prefix, with layer norms
 * named the old way (`gamma`, `beta`) in early checkpoints; undefined when it holds none of them.
 */
function storedName(checkpoint: Checkpoint, { prefix }: Architecture, name: string): string | undefined {
  const aged = name
    .replace(/(LayerNorm|layer_norm)\.weight$/, '$1.gamma')
    .replace(/(LayerNorm|layer_norm)\.bias$/, '$1.beta');
  const bare = (full: string) => (full.startsWith(prefix) ? full.slice(prefix.length) : full);
  return [name, bare(name), aged, bare(aged)].find((candidate) => checkpoint.has(candidate));
}

/** transformers writes the number of classes as `num_labels` or as the size of `id2label`; its default is 2. */
function classesOf(config: Readonly<Record<string, unknown>>): number {
  if (typeof config.num_labels === 'number') return config.num_labels;
  return typeof config.id2label === 'object' && config.id2label ? Object.keys(config.id2label).length : 2;
}
