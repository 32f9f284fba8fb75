"""Checks an adapter folder with PEFT and transformers: do they get the same logits?

    pip install torch transformers peft
    python testdata/peft/check.py ADAPTER_DIR MODEL_DIR DATA.jsonl LOGITS.jsonl [--max-length 128]

DATA has lines {"text", "label"} or {"text_a", "text_b", "label"}, LOGITS has a line {"index", "label", "logits"}
per line of DATA, as `legend eval --logits` writes it. Prints the largest difference; exits with 1 if it exceeds
the tolerance, if PEFT does not load exactly the tensors of the file, or if lines are missing.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
import transformers
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

TOLERANCE = 1e-4
BATCH_SIZE = 16


def read_lines(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines() if line.strip()]


def read_examples(path):
    return [
        {
            "text": row["text_a"] if "text_a" in row else row["text"],
            "pair": row.get("text_b"),
            "label": row["label"],
        }
        for row in read_lines(path)
    ]


def encode(tokenizer, examples, max_length):
    pairs = [example["pair"] for example in examples]
    return tokenizer(
        [example["text"] for example in examples],
        None if pairs[0] is None else pairs,
        truncation="longest_first",
        max_length=max_length,
        padding=True,
        return_tensors="pt",
    )


def check_tensors(model, adapter):
    """PEFT only warns of tensors that it misses and says nothing of those that it leaves unread."""
    stored = load_file(Path(adapter) / "adapter_model.safetensors")
    loaded = get_peft_model_state_dict(model)
    if stored.keys() != loaded.keys():
        sys.exit(f"{adapter}: PEFT and the file disagree on {sorted(stored.keys() ^ loaded.keys())}")
    for name, tensor in stored.items():
        if not torch.equal(tensor, loaded[name]):
            sys.exit(f"{adapter}: PEFT loaded other values for {name}")


def count_labels(adapter):
    """Rows of the last linear map of the task head that the adapter carries."""
    tensors = load_file(Path(adapter) / "adapter_model.safetensors")
    heads = [
        tensor
        for name, tensor in tensors.items()
        if name.endswith(("model.classifier.weight", "classifier.out_proj.weight"))
    ]
    if len(heads) != 1:
        sys.exit(f"{adapter}: expected one classifier, found {len(heads)}")
    return heads[0].shape[0]


def main():
    parser = argparse.ArgumentParser()
    for name in ("adapter", "model", "data", "logits"):
        parser.add_argument(name)
    parser.add_argument("--max-length", type=int, help="default: the model's own limit")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

    tokenizer = AutoTokenizer.from_pretrained(options.model)
    base = AutoModelForSequenceClassification.from_pretrained(
        options.model, num_labels=count_labels(options.adapter), dtype=torch.float32
    )
    model = PeftModel.from_pretrained(base, options.adapter).eval()
    check_tensors(model, options.adapter)

    examples = read_examples(options.data)
    given = {row["index"]: row for row in read_lines(options.logits)}
    if sorted(given) != list(range(len(examples))):
        sys.exit(f"{options.logits}: expected indices 0 to {len(examples) - 1}, once each")

    worst, worst_index = 0.0, 0
    for start in range(0, len(examples), BATCH_SIZE):
        batch = examples[start : start + BATCH_SIZE]
        with torch.no_grad():
            expected = model(**encode(tokenizer, batch, options.max_length)).logits
        got = torch.tensor([given[start + offset]["logits"] for offset in range(len(batch))])
        if got.shape != expected.shape:
            sys.exit(f"{options.logits}: expected {expected.shape[1]} logits per line, found {got.shape[1]}")
        difference = (got - expected).abs().amax(dim=1)
        if not bool(difference.isfinite().all()):
            sys.exit(f"{options.logits}: a logit is not a finite number in lines {start} to {start + len(batch) - 1}")
        if difference.max() > worst:
            worst, worst_index = difference.max().item(), start + int(difference.argmax())

    print(f"{len(examples)} examples, largest difference {worst:.3g} (index {worst_index})")
    sys.exit(0 if worst <= TOLERANCE else 1)


if __name__ == "__main__":
    main()
