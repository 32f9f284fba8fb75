import type { Architecture, Model } from '@legend/models';
import { compileProgram } from './programs/compile-program.ts';
import type { Program, ProgramSpecification } from './programs/program.ts';
import type { Feeds, LoadedGraph, Outputs, Runtime, RuntimeTensor } from './runtime/runtime.ts';

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
  readonly #programs = new Map<string, Promise<LoadedProgram>>();
  #runtimeSeconds = 0;

  constructor(model: Model, runtime: Runtime) {
    this.#model = model;
    this.#runtime = runtime;
  }

  get architecture(): Architecture {
    return this.#model.architecture;
  }

  /** Seconds spent executing graphs so far. */
  get runtimeSeconds(): number {
    return this.#runtimeSeconds;
  }

  /** The compiled program of a specification; the first call compiles and loads it. */
  async program(specification: ProgramSpecification): Promise<Program> {
    return (await this.#load(specification)).program;
  }

  /** Runs a program on the frozen weights plus `feeds`. */
  async run(specification: ProgramSpecification, feeds: Feeds): Promise<Outputs> {
    const { graph, frozen } = await this.#load(specification);
    const start = performance.now();
    const outputs = await graph.run(new Map([...frozen, ...feeds]));
    this.#runtimeSeconds += (performance.now() - start) / 1000;
    return outputs;
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
