import type { Manifest } from './list-packages.ts';

/** What CI runs. */
const engines = { node: '^22.18.0 || >=24' };

/** A package's entries, by name, without what only tests of the workspace have a use for. */
export function publishedEntries(exports: NonNullable<Manifest['exports']>): Record<string, string> {
  return Object.fromEntries(Object.entries(exports).filter(([entry]) => entry !== './testing'));
}

/**
 * The package.json of a package as it is published: entries are built files, and dependencies those that its built
 * files import.
 * @throws Error where it imports a package that is not listed
 */
export function publishedManifest(manifest: Manifest, imported: ReadonlySet<string>): object {
  const { name, version, description, license, bin, exports = {} } = manifest;
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta } = manifest;
  for (const needed of imported) {
    if (needed !== name && !(needed in dependencies) && !(needed in peerDependencies)) {
      throw new Error(`${name} imports ${needed}, which its package.json does not list as a dependency`);
    }
  }
  return {
    name,
    version,
    description,
    keywords: ['lora', 'federated-learning', 'fine-tuning', 'onnx'],
    license,
    type: 'module',
    engines,
    ...(bin && { bin: mapValues(bin, (source) => builtPath(source, '.js').replace('./', '')) }),
    exports: {
      ...mapValues(publishedEntries(exports), builtEntry),
      './package.json': './package.json',
    },
    files: ['dist'],
    dependencies: Object.fromEntries(Object.entries(dependencies).filter(([needed]) => imported.has(needed))),
    ...(peerDependenciesMeta && { peerDependencies, peerDependenciesMeta }),
    publishConfig: { access: 'public' },
  };
}

function builtEntry(source: string): object {
  return { types: builtPath(source, '.d.ts'), default: builtPath(source, '.js') };
}

function builtPath(source: string, extension: string): string {
  return source.replace('./src/', './dist/').replace(/\.ts$/, extension);
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
