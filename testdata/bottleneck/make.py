"""Trains bottleneck adapters on testdata/models/bert with PyTorch, as a golden.

Every block but the first gets, after its feed-forward network's output map and before the residual sum,
y = h + up(gelu(down(h))) (Houlsby et al., arXiv 1902.00751, in Pfeiffer's place, arXiv 2005.00247), of widths 3 and 5,
drawn from a seed with no part zero. Three steps of AdamW over the batches of that model's golden.json. Written beside:
  golden.json         the loss and gradient norm (before clipping) of each step, and the labels
  golden.safetensors  tensors by Legend's flat names after `before.`, `grad.` (of the first step, before clipping),
                      `after1.` and `after3.`
Computed in float64 from the stored float32 weights; the same in float32 must agree within 2e-6.

    pip install torch transformers safetensors
    python testdata/bottleneck/make.py
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import BertForSequenceClassification

HERE = Path(__file__).parent
MODEL = HERE.parent / "models" / "bert"
WIDTHS = {2: 3, 3: 5}
STEPS = [(0, [0, 1, 2]), (1, [1, 0, 0, 2]), (2, [2, 1])]
OPTIMIZER = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01}
MAX_GRADIENT_NORM = 1.0


class Bottleneck(torch.nn.Module):
    def __init__(self, linear, hidden, width):
        super().__init__()
        self.linear = linear
        self.down = torch.nn.Linear(hidden, width)
        self.up = torch.nn.Linear(width, hidden)

    def forward(self, x):
        h = self.linear(x)
        return h + self.up(torch.nn.functional.gelu(self.down(h)))


def adapted(dtype):
    """The model with bottlenecks, and its trained parameters by flat name."""
    model = BertForSequenceClassification.from_pretrained(MODEL, dtype=torch.float32).eval()
    model.requires_grad_(False)
    generator = torch.Generator().manual_seed(5)
    parameters = {}
    for block, width in WIDTHS.items():
        output = model.bert.encoder.layer[block - 1].output
        output.dense = Bottleneck(output.dense, model.config.hidden_size, width)
        for part, parameter in (
            ("down", output.dense.down.weight),
            ("down_bias", output.dense.down.bias),
            ("up", output.dense.up.weight),
            ("up_bias", output.dense.up.bias),
        ):
            with torch.no_grad():
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
            parameters[f"blocks.{block}.output.dense.{part}"] = parameter
    for name, parameter in model.classifier.named_parameters():
        parameters[f"head.classifier.{name}"] = parameter.requires_grad_(True)
    model.to(dtype)
    return model, parameters


def train(dtype, batches):
    model, parameters = adapted(dtype)
    optimizer = torch.optim.AdamW(parameters.values(), **OPTIMIZER)
    tensors, steps = {}, []

    def record(prefix, of=lambda parameter: parameter):
        for name, parameter in parameters.items():
            tensors[f"{prefix}.{name}"] = of(parameter).detach().double().clone()

    record("before")
    for index, (batch, labels) in enumerate(STEPS):
        optimizer.zero_grad()
        loss = model(
            input_ids=torch.tensor(batches[batch]["inputIds"]),
            attention_mask=torch.tensor(batches[batch]["attentionMask"]),
            token_type_ids=torch.tensor(batches[batch]["tokenTypeIds"]),
            labels=torch.tensor(labels),
        ).loss
        loss.backward()
        if index == 0:
            record("grad", lambda parameter: parameter.grad)
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), MAX_GRADIENT_NORM)
        optimizer.step()
        steps.append({"batch": batch, "labels": labels, "loss": loss.item(), "gradientNorm": norm.item()})
        if index == 0:
            record("after1")
    record("after3")
    return tensors, steps


def main():
    batches = json.loads((MODEL / "golden.json").read_text())["batches"]
    tensors, steps = train(torch.float64, batches)
    tensors32, _ = train(torch.float32, batches)
    for name, tensor in tensors.items():
        drift = (tensor - tensors32[name]).abs().max().item()
        assert drift < 2e-6, (name, drift)
    assert steps[0]["gradientNorm"] > MAX_GRADIENT_NORM, "not clipped"
    save_file({name: tensor.float().contiguous() for name, tensor in tensors.items()}, HERE / "golden.safetensors")
    golden = {
        "versions": {module.__name__: module.__version__ for module in (torch, transformers)},
        "learningRate": OPTIMIZER["lr"],
        "weightDecay": OPTIMIZER["weight_decay"],
        "maxGradNorm": MAX_GRADIENT_NORM,
        "steps": steps,
    }
    (HERE / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")


main()
