import type { Architecture, Model } from '@legend-fl/models';
import { MergedWeightCache, type MergedWeights } from './merged-weights.ts';
import { compileProgram } from './programs/compile-program.ts';
import type { Program, ProgramSpecification } from './programs/program.ts';
import type { Feeds, LoadedGraph, Outputs, Runtime, RuntimeTensor } from './runtime/runtime.ts';
import { sha256 } from './sha256.ts';
import { TrunkCache } from './trunk/trunk-cache.ts';

interface LoadedProgram {
  readonly program: Program;
  readonly graph: LoadedGraph;
  readonly frozen: Feeds;
}

/** A model on a runtime: compiles each graph once, keeps it loaded, and counts the time spent inside the runtime. */
export class Engine {
  readonly #model: Model;
  readonly #runtime: Runtime;
  readonly #weights = new Map<string, Promise<RuntimeTensor>>();
  readonly #merged: MergedWeightCache;
  readonly #programs = new Map<string, Promise<LoadedProgram>>();
  /** Of tensors whose elements never change. */
  readonly #digests = new WeakMap<RuntimeTensor, Promise<string>>();
  readonly #trunkCache: TrunkCache;
  #runtimeSeconds = 0;
  /** Runs that have been asked for and not ended; they overlap, and their time counts once. */
  #underWay = 0;
  #busySince = 0;

  /** @param trunkCache where tasks that ask for it keep their trunks' hidden states */
  constructor(model: Model, runtime: Runtime, trunkCache: TrunkCache = new TrunkCache()) {
    this.#trunkCache = trunkCache;
    this.#model = model;
    this.#runtime = runtime;
    this.#merged = new MergedWeightCache(model.architecture, (name, dims) => this.#weight(name, dims));
  }

  get architecture(): Architecture {
    return this.#model.architecture;
  }

  get trunkCache(): TrunkCache {
    return this.#trunkCache;
  }

  /** Seconds spent executing graphs so far. */
  get runtimeSeconds(): number {
    return this.#runtimeSeconds;
  }

  /** The compiled program of a specification; the first call compiles and loads it. */
  async program(specification: ProgramSpecification): Promise<Program> {
    return (await this.#load(specification)).program;
  }

  /** The frozen weights of a program that a task's merged weights change, to be fed in place of the base's. */
  mergedFeeds({ frozen }: Program, merged: MergedWeights): Promise<Feeds> {
    return this.#merged.feeds(frozen, merged);
  }

  /** Runs a program on the frozen weights plus `feeds`. */
  async run(specification: ProgramSpecification, feeds: Feeds): Promise<Outputs> {
    const { graph, frozen } = await this.#load(specification);
    if (this.#underWay++ === 0) this.#busySince = performance.now();
    try {
      return await graph.run(new Map([...frozen, ...feeds]));
    } finally {
      if (--this.#underWay === 0) this.#runtimeSeconds += (performance.now() - this.#busySince) / 1000;
    }
  }

  /** SHA-256 of all that a program's results depend on besides its batch: runtime, graph, frozen weights and `fixed`. */
  async identityOf(specification: ProgramSpecification, fixed: Feeds): Promise<string> {
    const { program, frozen } = await this.#load(specification);
    const parts = [this.#runtime.identity, await sha256(program.model)];
    for (const [name, tensor] of [...frozen, ...fixed]) {
      parts.push(`${name} ${tensor.dims} ${await this.#digestOf(tensor)}`);
    }
    return sha256(parts.join('\n'));
  }

  #digestOf(tensor: RuntimeTensor): Promise<string> {
    const known = this.#digests.get(tensor) ?? sha256(tensor.data);
    this.#digests.set(tensor, known);
    return known;
  }

  #load(specification: ProgramSpecification): Promise<LoadedProgram> {
    const key = JSON.stringify(specification);
    const loaded = this.#programs.get(key) ?? this.#compile(specification);
    this.#programs.set(key, loaded);
    return loaded;
  }

  async #compile(specification: ProgramSpecification): Promise<LoadedProgram> {
    const program = compileProgram(this.architecture, specification, this.#runtime.provider);
    const graph = await this.#runtime.load(program.model);
    const frozen = new Map<string, RuntimeTensor>();
    for (const [name, dims] of program.frozen) frozen.set(name, await this.#weight(name, dims));
    return { program, graph, frozen };
  }

  #weight(name: string, dims: readonly number[]): Promise<RuntimeTensor> {
    const existing = this.#weights.get(name);
    if (existing) return existing;
    const reading = this.#model
      .read(name, dims)
      .then(({ data }) => ({ dtype: 'float32' as const, dims, data }));
    this.#weights.set(name, reading);
    return reading;
  }
}
