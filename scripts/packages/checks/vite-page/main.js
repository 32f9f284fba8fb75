import { memoryFiles } from '@legend-fl/adapter';
import { openModel } from '@legend-fl/models';
import { fineTune } from '@legend-fl/trainer';
import { chooseWebRuntime } from '@legend-fl/trainer/web';

/** Trains on three texts, and shows the losses. */

const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
const outcome = document.getElementById('outcome');

try {
  const contents = await Promise.all(
    names.map(async (name) => [
      name,
      new Uint8Array(await (await fetch(new URL(`/model/${name}`, location.href))).arrayBuffer()),
    ]),
  );
  const model = await openModel(memoryFiles(new Map(contents), 'model'), { classes: 3, seed: 1 });
  const { blocks } = model.architecture;
  const runtime = await chooseWebRuntime({ wasmPaths: new URL('/onnxruntime/', location.href).href });
  const examples = ['a cold boat', 'a warm harbour', 'an old letter'].map((text, label) => ({ text, label }));
  const { losses } = await fineTune(model, runtime, examples, {
    start: { targets: ['query', 'value'], ranks: Array(blocks).fill(4), alphas: Array(blocks).fill(8) },
    depth: blocks,
    duration: { steps: 8 },
    batchSize: 3,
    update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
    learningRate: { peak: 1e-2, warmupSteps: 0 },
    maxLength: 32,
    seed: 1,
  });
  outcome.textContent = JSON.stringify(losses);
} catch (error) {
  outcome.textContent = String(error?.stack ?? error);
}
