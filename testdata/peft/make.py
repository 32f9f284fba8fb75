"""Writes adapters with PEFT for the tiny checkpoints of testdata/models, and the logits that they give.

One folder per adapter, as `save_pretrained` leaves it, plus logits-singles.jsonl and logits-pairs.jsonl: the
logits for singles.jsonl and pairs.jsonl in the form of `legend eval --logits`. Computed in float64 from the
stored float32 weights, then rounded.

    pip install torch transformers peft
    python testdata/peft/make.py        (from the repository's root: adapters record the path of their base)
"""

import json
import shutil
from pathlib import Path

import torch
import transformers
from check import encode, read_examples
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer

HERE = Path("testdata/peft")
MODELS = Path("testdata/models")

SINGLES = [
    ("What a wonderful little story!", 1),
    ("The jokes were old and the coffee was cold.", 0),
    ("Nobody waited.", 0),
    ("She planted a crooked row of beans, and it was worth the waiting.", 1),
]
PAIRS = [
    ("The train was late.", "He wrote three letters.", 0),
    ("Is the museum open?", "Only on Sunday, until the lights go out.", 1),
    ("Rain.", "A small boat crossed the harbour before the fog lifted.", 1),
]

ADAPTERS = {
    # Ranks and alphas by short keys, a depth of 2.
    "bert-patterns": {
        "base": "bert",
        "r": 4,
        "lora_alpha": 8,
        "target_modules": ["query", "value"],
        "modules_to_save": ["classifier"],
        "layers_to_transform": [1, 2],
        "layers_pattern": "layer",
        "rank_pattern": {"layer.1.attention.self.query": 2, "layer.2.attention.self.value": 6},
        "alpha_pattern": {"layer.1.attention.self.query": 6, "layer.2.attention.self.value": 3},
    },
    # Every linear map of a block, rank-stabilized scale: alpha / sqrt(r).
    "bert-all-linear-rslora": {
        "base": "bert",
        "r": 3,
        "lora_alpha": 4,
        "target_modules": ["query", "key", "value", "dense"],
        "modules_to_save": ["classifier"],
        "layers_to_transform": [2],
        "use_rslora": True,
    },
    # Keys that are regular expressions; every block.
    "roberta-patterns": {
        "base": "roberta-sharded",
        "r": 2,
        "lora_alpha": 2,
        "target_modules": r".*\.layer\.\d+\.attention\.self\.(query|value)",
        "modules_to_save": ["classifier"],
        "rank_pattern": {r"layer\.[12]\.attention\.self\.value": 4, r".*layer\.0.*query": 1},
        "alpha_pattern": {r".*\.value": 5},
    },
}


def make(name, base, **options):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model = AutoModelForSequenceClassification.from_pretrained(str(MODELS / base), dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(task_type=TaskType.SEQ_CLS, lora_dropout=0.0, **options)).eval()
    generator = torch.Generator().manual_seed(len(name))
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if parameter.requires_grad:
                spread = 0.3 if "lora_A" in parameter_name else 0.2
                parameter.copy_(spread * torch.randn(parameter.shape, generator=generator))
    model.save_pretrained(folder)
    (folder / "README.md").unlink()  # the model card

    model = AutoModelForSequenceClassification.from_pretrained(str(MODELS / base), dtype=torch.float32)
    model = PeftModel.from_pretrained(model, folder).eval().double()
    tokenizer = AutoTokenizer.from_pretrained(MODELS / base)
    for kind in ("singles", "pairs"):
        examples = read_examples(HERE / f"{kind}.jsonl")
        with torch.no_grad():
            logits = model(**encode(tokenizer, examples, max_length=64)).logits.float()
        write_lines(
            folder / f"logits-{kind}.jsonl",
            [
                {"index": index, "label": example["label"], "logits": row}
                for index, (example, row) in enumerate(zip(examples, logits.tolist()))
            ],
        )


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def main():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    write_lines(HERE / "singles.jsonl", [{"text": text, "label": label} for text, label in SINGLES])
    write_lines(HERE / "pairs.jsonl", [{"text_a": a, "text_b": b, "label": label} for a, b, label in PAIRS])
    for name, options in ADAPTERS.items():
        make(name, **options)


main()
