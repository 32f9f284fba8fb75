"""Times LoRA training steps of PyTorch + PEFT: the peer of Legend's training step.

    pip install -r bench/peers/requirements.txt
    python bench/peers/peft_step.py --model FOLDER --batch 16 --tokens 64 --rank 8 --depth 6 --threads 1 --steps 20

A step is what Legend's step is: forward, mean cross-entropy, backward, clipping by global norm, AdamW on the LoRA
tensors of the `depth` blocks nearest the output and on the classifier; float32, dropout off. Of the attention
implementations and of AdamW's, the faster ones here are taken unless an option names one. (The peak of memory
counts the trial of both attention implementations: name one where memory matters.)

Prints one JSON object. With --serve it prints {"ready": true, ...} and then answers every line `step N` on stdin
with the times of N steps, so that a caller can alternate it with another process.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import peft
import torch
import transformers
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoConfig, AutoModelForSequenceClassification

BATCHES = 4
WARM_UP_STEPS = 2
TRIAL_ROUNDS = 6
ADAMW = {"fused": {"fused": True}, "foreach": {"foreach": True}, "plain": {"foreach": False}}


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a model folder as Hugging Face lays it out")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--depth", type=int, help="blocks trained, from the output; default: all")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--attention", choices=["auto", "sdpa", "eager"], default="auto")
    parser.add_argument("--adamw", choices=["auto", *ADAMW], default="auto")
    parser.add_argument("--serve", action="store_true")
    return parser.parse_args()


class Trainer:
    def __init__(self, options, attention):
        self.attention = attention
        torch.manual_seed(1)
        config = AutoConfig.from_pretrained(options.model)
        blocks = config.num_hidden_layers
        self.depth = blocks if options.depth is None else options.depth
        base = AutoModelForSequenceClassification.from_pretrained(
            options.model, num_labels=2, dtype=torch.float32, attn_implementation=attention
        )
        lora = LoraConfig(
            task_type=TaskType.SEQ_CLS,
            r=options.rank,
            lora_alpha=2 * options.rank,
            target_modules=["query", "value"],
            modules_to_save=["classifier"],
            layers_to_transform=list(range(blocks - self.depth, blocks)),
            lora_dropout=0.0,
        )
        self.model = get_peft_model(base, lora).eval()  # eval: no dropout; gradients flow all the same
        self.trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        shape = (options.batch, options.tokens)
        self.batches = [
            {
                "input_ids": torch.randint(1000, config.vocab_size, shape),
                "attention_mask": torch.ones(shape, dtype=torch.long),
                "labels": torch.randint(0, 2, shape[:1]),
            }
            for _ in range(BATCHES)
        ]
        self.use_adamw("fused")

    def use_adamw(self, adamw):
        self.adamw = adamw
        self.optimizer = torch.optim.AdamW(self.trained, lr=1e-4, weight_decay=0.01, **ADAMW[adamw])

    def backward(self, index=0):
        loss = self.model(**self.batches[index % BATCHES]).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        return loss

    def step(self, index=0):
        loss = self.backward(index)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.item()

    def time(self, steps):
        return [seconds_of(lambda: self.step(index)) for index in range(steps)]


def seconds_of(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def fastest_trainer(options):
    """The trainer with the fastest choices, and the best times of what was tried; rounds alternate the choices."""
    attentions = ["sdpa", "eager"] if options.attention == "auto" else [options.attention]
    trainers = [Trainer(options, attention) for attention in attentions]
    for trainer in trainers:
        trainer.time(WARM_UP_STEPS)
    trials = {attention: float("inf") for attention in attentions}
    for _ in range(TRIAL_ROUNDS if len(trainers) > 1 else 0):
        for trainer in trainers:
            trials[trainer.attention] = min(trials[trainer.attention], seconds_of(trainer.step))
    chosen = min(trainers, key=lambda trainer: trials[trainer.attention])

    adamws = list(ADAMW) if options.adamw == "auto" else [options.adamw]
    updates = {}
    for adamw in adamws:
        chosen.use_adamw(adamw)
        chosen.backward()
        chosen.optimizer.step()  # creates the state
        updates[adamw] = min(seconds_of(chosen.optimizer.step) for _ in range(TRIAL_ROUNDS))
    chosen.use_adamw(min(updates, key=updates.get))
    chosen.time(1)
    return chosen, {"stepSeconds": trials if len(trainers) > 1 else {}, "adamwSeconds": updates}


def report(seconds):
    in_bytes = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * in_bytes
    return {"secondsPerStep": statistics.median(seconds), "all": seconds, "peakRssBytes": peak}


def main():
    options = parse_options()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(options.threads)
    torch.set_num_interop_threads(1)

    trainer, trials = fastest_trainer(options)
    setting = {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "peft": peft.__version__,
        "threads": torch.get_num_threads(),
        "batch": options.batch,
        "tokens": options.tokens,
        "rank": options.rank,
        "depth": trainer.depth,
        "trainedParameters": sum(parameter.numel() for parameter in trainer.trained),
        "attention": trainer.attention,
        "adamw": trainer.adamw,
        "trials": trials,
    }
    if not options.serve:
        print(json.dumps({**report(trainer.time(options.steps)), **setting}))
        return
    print(json.dumps({"ready": True, **setting}), flush=True)
    for line in sys.stdin:
        command, _, count = line.strip().partition(" ")
        if command != "step" or not count.isdigit() or int(count) == 0:
            sys.exit(f"expected a line `step N`, got {line.strip()!r}")
        print(json.dumps(report(trainer.time(int(count)))), flush=True)


main()
