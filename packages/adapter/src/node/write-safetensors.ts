import { writeFileAtomically } from '@legend-fl/base/node';
import { type SafetensorsContent, safetensorsParts } from '../safetensors/encode-safetensors.ts';

/** Writes the tensors as F32, whole or not at all. Throws a WriteError. */
export async function writeSafetensors(path: string, content: SafetensorsContent): Promise<void> {
  await writeFileAtomically(path, safetensorsParts(content));
}
