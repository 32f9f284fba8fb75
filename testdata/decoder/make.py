"""Writes decoder.json: a tiny random Llama with LoRA, with transformers' and PEFT's loss and gradients.

Two blocks with grouped-query attention, rotary embeddings, a tied output matrix, and attention wider than the
hidden state. Trained are LoRA's matrices on every linear map, the norms and the tied embeddings. The second
example of the first batch is padded on the right. PyTorch computes in float64 from the stored float32 weights,
except where transformers itself casts to float32 (norms and rotary angles).

    pip install torch transformers peft
    python testdata/decoder/make.py
"""

import json
from pathlib import Path

import numpy as np
import peft
import torch
import torch.nn.functional as F
import transformers
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

CONFIG = {
    "hidden_size": 8,
    "intermediate_size": 12,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 4,
    "vocab_size": 29,
    "rms_norm_eps": 1e-5,
}
ROPE_THETA = 100.0
LORA = {"r": 3, "lora_alpha": 6}
BATCHES = [[7, 4], [5]]
IGNORED = -100

random = np.random.default_rng(20250224)


def build():
    config = LlamaConfig(
        **CONFIG,
        rope_parameters={"rope_type": "default", "rope_theta": ROPE_THETA},
        max_position_embeddings=32,
        tie_word_embeddings=True,
        attn_implementation="eager",
    )
    model = get_peft_model(LlamaForCausalLM(config), LoraConfig(**LORA, target_modules="all-linear"))
    for name, parameter in model.named_parameters():
        scale = 0.2 if "norm" in name else 0.7 if "embed_tokens" in name else 0.25
        values = random.standard_normal(parameter.shape).astype(np.float32) * np.float32(scale)
        if "norm" in name:
            values += 1
        parameter.data = torch.tensor(values, dtype=torch.float64)
        parameter.requires_grad_(any(part in name for part in ["lora_", "norm", "embed_tokens"]))
    assert model.base_model.model.lm_head.weight is model.base_model.model.model.embed_tokens.weight
    return model.eval()


def plain_name(name):
    """PEFT's name without its wrappers: model.layers.0.self_attn.q_proj[.lora_A].weight"""
    return name.removeprefix("base_model.model.").replace(".base_layer", "").replace(".default", "")


def run(model, lengths):
    ids = np.zeros((len(lengths), max(lengths)), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, length in enumerate(lengths):
        ids[row, :length] = random.integers(1, CONFIG["vocab_size"], length)
        mask[row, :length] = 1
    targets = np.where(mask == 1, ids, IGNORED)
    model.zero_grad()
    result = model(
        input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask), labels=torch.tensor(targets)
    )
    shifted = result.logits[:, :-1].reshape(-1, CONFIG["vocab_size"])
    loss = F.cross_entropy(shifted, torch.tensor(targets[:, 1:]).reshape(-1), ignore_index=IGNORED)
    assert abs(loss - result.loss) < 1e-6, "transformers' own loss, which is computed in float32"
    loss.backward()
    # What the token at each position should predict, and its weight in the mean.
    following = np.concatenate([targets[:, 1:], np.full((len(lengths), 1), IGNORED)], axis=1)
    counted = following != IGNORED
    return {
        "inputIds": tensor(ids),
        "labels": tensor(np.where(counted, following, 0)),
        "weights": tensor((counted / counted.sum()).astype(np.float32)),
        "loss": loss.item(),
        "gradients": {
            plain_name(name): tensor(parameter.grad.numpy())
            for name, parameter in model.named_parameters()
            if parameter.requires_grad
        },
    }


def tensor(array):
    flat = array.reshape(-1)
    if array.dtype.kind == "f":
        # The shortest decimal that reads back as the same float32.
        data = [float(str(value)) for value in flat.astype(np.float32)]
    else:
        data = flat.tolist()
    return {"dims": list(array.shape), "data": data}


def main():
    model = build()
    golden = {
        "versions": {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
        "config": {**CONFIG, "rope_theta": ROPE_THETA, **LORA},
        "parameters": {
            plain_name(name): tensor(parameter.detach().numpy())
            for name, parameter in model.named_parameters()
        },
        "batches": [run(model, lengths) for lengths in BATCHES],
    }
    path = Path(__file__).with_name("decoder.json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print([batch["loss"] for batch in golden["batches"]], path.stat().st_size)


main()
