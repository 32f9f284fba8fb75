import {
  type Adapter,
  headTensorName,
  type LoraModule,
  openSafetensors,
  type SafetensorsFile,
  type Tensor,
} from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { InputError } from '@legend-fl/base';
import { type Architecture, readJsonObject } from '@legend-fl/models';
import { FLAT_TYPE, readFlatAdapter } from '../flat-format.ts';
import { parsePeftConfig } from '../peft-config.ts';
import { type PeftLayout, peftHeadName, peftLayout, peftLoraName, peftTensorDims } from '../peft-layout.ts';
import { readFinite } from '../read-finite.ts';

const TENSORS = 'adapter_model.safetensors';

/**
 * Reads an adapter folder that PEFT or `writePeftAdapter` wrote: adapter_config.json and adapter_model.safetensors. The
 * head holds what `modules_to_save` names; it is empty if that names nothing.
 * Throws an InputError if a file is missing or corrupt, if the configuration asks for what Legend cannot do, or if
 * the tensors are not exactly those that it describes, in shape, all finite.
 */
export async function readPeftAdapter(folder: string, architecture: Architecture): Promise<Adapter> {
  const files = folderFiles(folder);
  const { path: configPath, content: config } = await readJsonObject(files, 'adapter_config.json');
  const flat = config.peft_type === FLAT_TYPE;
  const layout = flat || peftLayout(parsePeftConfig(config, configPath), architecture, configPath);
  const file = await openSafetensors(files, TENSORS);
  if (layout === true) return readFlatAdapter(config, configPath, file, architecture);
  checkTensors(file, layout, architecture);

  const blocks = Array.from({ length: architecture.blocks }, () => new Map<string, LoraModule>());
  for (const { block, map, alpha } of layout.modules) {
    const [a, b] = [
      await readFinite(file, peftLoraName(architecture, block, map.name, 'lora_A')),
      await readFinite(file, peftLoraName(architecture, block, map.name, 'lora_B')),
    ];
    blocks[block - 1]?.set(map.name, { kind: 'lora', alpha, a, b });
  }
  const head = new Map<string, Tensor>();
  for (const { name } of layout.head) head.set(name, await readFinite(file, peftHeadName(name)));
  return { blocks, head };
}

/**
 * Number of classes of the head in an adapter folder, or undefined where it carries none.
 * @param architecture of the adapter's model, with any number of classes
 */
export async function readPeftClasses(
  folder: string,
  architecture: Architecture,
): Promise<number | undefined> {
  const output = architecture.headParameters.findLast(({ dims }) => dims.length === 2);
  const file = await openSafetensors(folderFiles(folder), TENSORS);
  if (!output) return undefined;
  const names = [peftHeadName(output.name), headTensorName(output.name)];
  return names.flatMap((name) => file.entries.get(name)?.dims[0] ?? [])[0];
}

/** Throws an InputError unless the file holds the tensors of the layout, in shape, and no others. */
function checkTensors(file: SafetensorsFile, layout: PeftLayout, architecture: Architecture): void {
  const expected = peftTensorDims(layout, architecture);
  const problem = (code: string, expectation: string, got: string) =>
    new InputError({
      code,
      expected: expectation,
      got,
      where: file.path,
      todo: 'Check that the adapter belongs to this model and that adapter_config.json belongs to its tensors.',
    });
  for (const [name, dims] of expected) {
    const entry = file.entries.get(name);
    if (entry === undefined) {
      throw problem('adapter-tensor-missing', `a tensor ${name} of shape [${dims}]`, 'none of that name');
    }
    if (entry.dims.join() !== dims.join()) {
      throw problem('adapter-shape-mismatch', `tensor ${name} of shape [${dims}]`, `shape [${entry.dims}]`);
    }
  }
  const unknown = [...file.entries.keys()].find((name) => !expected.has(name));
  if (unknown !== undefined) {
    throw problem(
      'adapter-tensor-unknown',
      `LoRA on linear maps of ${architecture.modelType} blocks, and parameters of its head`,
      `a tensor ${unknown} that adapter_config.json does not account for`,
    );
  }
}
