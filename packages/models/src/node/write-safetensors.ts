import { writeFileAtomically } from '@legend/base/node';
import { type SafetensorsContent, safetensorsParts } from '../checkpoint/encode-safetensors.ts';

/** Writes the tensors as F32, whole or not at all. Throws a WriteError. */
export async function writeSafetensors(path: string, content: SafetensorsContent): Promise<void> {
  await writeFileAtomically(path, safetensorsParts(content));
}
