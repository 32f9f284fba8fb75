"""Writes tiny random checkpoints, each with what transformers and PEFT make of it, as goldens.

One folder per checkpoint: config.json, weights, tokenizer.json, and golden.json with
  sentences  what transformers' tokenizer makes of texts and pairs,
  batches    padded batches and their logits (no dropout),
  training   cases of three LoRA training steps; their tensors are in golden-step-<case>.safetensors under
             `before.`, `grad.` (of the first step, before clipping), `after1.` and `after3.`, each followed by
             the tensor's name in a PEFT adapter file.
Logits and steps are computed in float64 from the stored weights, then rounded to float32, so that a golden adds
no rounding error of its own; the same in float32 must agree within 2e-6 or this script fails.

    pip install torch transformers peft tokenizers safetensors
    python testdata/models/make.py
"""

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import peft
import tokenizers
import torch
import transformers
from peft import LoraConfig, TaskType, get_peft_model
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForSequenceClassification,
)

HERE = Path(__file__).parent
MAX_LENGTH = 64
SPECIAL_ONLY = "as many tokens as the special ones"
SIZES = {"hidden_size": 32, "num_attention_heads": 4, "num_hidden_layers": 3, "intermediate_size": 64}

CORPUS = [
    "The orchestra tuned its strings while rain fell on the glass roof.",
    "A small boat crossed the harbour before the morning fog lifted.",
    "She planted tomatoes, beans and a crooked row of sunflowers.",
    "The film was long, but the ending was worth the waiting.",
    "I did not like the second half; the jokes were old and tired.",
    "What a wonderful, warm and surprising little story this is!",
    "Nobody in the village remembered who had built the bridge.",
    "The train was late again, and the coffee was cold.",
    "He wrote three letters and sent none of them.",
    "Is the museum open on Sunday, or only in the week?",
    "The children were playing in the garden until the lights went out.",
    "An awful script, a worse cast, and a camera that never stops shaking.",
    "Fresh bread, salted butter, nothing else is needed.",
    "The engineers measured the same beam twice and got two numbers.",
    "It is not the best of their records, yet I play it every day.",
]

SENTENCES = [
    ("The film was long, but the ending was worth the waiting.", None),
    ("An awful script.", None),
    ("Nobody remembered the bridge!", "It was built before the war, in 1911."),
    ("", None),
    ("Is the café open?  Naïve résumé — \"quoted\" text…", None),
    ("UPPER case, tabs\tand\nnew lines; don't split-this_badly (please).", None),
    ("电影 was 好 😀 and Ωmega", "xylophone zzz qqq"),
    ("A small boat crossed the harbour.", ""),
]

TRUNCATED = [
    ("The children were playing in the garden until the lights went out.", None, 12),
    ("The children were playing in the garden until the lights went out.", "The train was late.", 16),
    ("An awful script.", "The engineers measured the same beam twice and got two numbers.", 16),
    ("The orchestra tuned its strings while rain fell.", "He wrote three letters and sent none.", 15),
    ("The orchestra tuned its strings while rain fell.", "He wrote three letters and sent none.", 14),
    (" ".join(CORPUS), None, MAX_LENGTH),
    (" ".join(CORPUS[:7]), " ".join(CORPUS[7:]), MAX_LENGTH),
    ("A small boat crossed the harbour.", "Fresh bread.", 6),
    ("A small boat crossed the harbour.", "Fresh bread.", SPECIAL_ONLY),
    ("Fresh bread.", None, SPECIAL_ONLY),
]

# Each batch: rows, and the length it is padded to (None: its longest row).
BATCHES = [
    ([(CORPUS[3], None), (CORPUS[4], None), (CORPUS[5], None)], None),
    ([(CORPUS[7], CORPUS[8]), (CORPUS[12], None), (CORPUS[9], CORPUS[2]), ("Cold.", None)], MAX_LENGTH),
    ([("The film was old.", None), ("The train was late.", "Nobody was there.")], 48),
    ([(" ".join(CORPUS), None)], None),
    ([("Fine.", None), ("Late again?", "Yes.")], None),
]

# The three steps of a training case: batch, labels (taken modulo the number of labels).
STEPS = [(0, [0, 1, 2]), (1, [1, 0, 0, 2]), (2, [2, 1])]

ADAMW = {"kind": "adamw", "lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.01}
SGD = {"kind": "sgd", "lr": 0.05, "weightDecay": 0.01}


# Tokenizers ---------------------------------------------------------------------------------------------


# Vocabularies are counted here: the trainers of `tokenizers` break ties in an order that changes from run to run.


def word_piece(template):
    tokenizer = Tokenizer(models.WordPiece(word_piece_vocabulary(200), unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    start, end = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    if template:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[start, end]
        )
    else:
        tokenizer.post_processor = processors.BertProcessing(end, start)
    return tokenizer


def word_piece_vocabulary(size):
    """Special tokens, characters, endings, then the most frequent words."""
    words = Counter(word for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(" ".join(CORPUS).lower()))
    characters = sorted(set("".join(words)) | set("abcdefghijklmnopqrstuvwxyz0123456789"))
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    pieces += ["##" + character for character in characters if character.isalnum()]
    pieces += ["##" + ending for ending in ("ed", "er", "ing", "ly", "or", "our", "tion")]
    pieces += sorted((word for word in words if len(word) > 1), key=lambda word: (-words[word], word))
    return {piece: index for index, piece in enumerate(pieces[:size])}


def byte_level_bpe():
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = byte_pair_merges(80)
    tokens = [*special, *alphabet, *("".join(pair) for pair in merges), "<mask>"]
    tokenizer = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([*special, AddedToken("<mask>", lstrip=True)])
    start, end = [(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")]
    tokenizer.post_processor = processors.RobertaProcessing(end, start, add_prefix_space=False)
    return tokenizer


def byte_pair_merges(count):
    """The `count` most frequent pairs, merged one after the other; ties go to the alphabetically first."""
    split = pre_tokenizers.ByteLevel(add_prefix_space=False).pre_tokenize_str
    words = Counter(tuple(word) for sentence in CORPUS for word, _ in split(sentence))
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for word, times in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += times
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = Counter({merged(word, best): times for word, times in words.items()})
    return merges


def merged(word, pair):
    pieces = []
    for piece in word:
        if pieces and (pieces[-1], piece) == pair:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return tuple(pieces)


BERT_TOKENS = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]"}
ROBERTA_TOKENS = {"unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>"}


def save_tokenizer(folder, tokenizer, tokenizer_class, tokens):
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": tokenizer_class, "model_max_length": MAX_LENGTH, **tokens}
    write_json(folder / "tokenizer_config.json", config)
    return PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        model_max_length=MAX_LENGTH,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        **tokens,
    )


def sentence_goldens(tokenizer):
    goldens = []
    for text, pair, limit in [(*sentence, MAX_LENGTH) for sentence in SENTENCES] + TRUNCATED:
        if limit == SPECIAL_ONLY:
            limit = tokenizer.num_special_tokens_to_add(pair is not None)
        rows = ([text], [pair] if pair is not None else None)  # as a batch: a lone empty pair would count as none
        whole = tokenizer(*rows)
        cut = tokenizer(*rows, truncation="longest_first", max_length=limit)
        goldens.append(
            {
                "text": text,
                "textPair": pair,
                "maxLength": limit,
                "ids": cut["input_ids"][0],
                "typeIds": cut["token_type_ids"][0],
                "truncated": len(cut["input_ids"][0]) < len(whole["input_ids"][0]),
            }
        )
    return goldens


# Weights ------------------------------------------------------------------------------------------------


def randomize(model, seed):
    """Draws every parameter, biases and norms included, so that none is a no-op."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            drawn = torch.randn(parameter.shape, generator=generator)
            if "norm" in name.lower() and name.endswith("weight"):
                parameter.copy_(1 + 0.1 * drawn)
            else:
                parameter.copy_((0.2 if parameter.ndim > 1 else 0.1) * drawn)


# Logits -------------------------------------------------------------------------------------------------


def batch_goldens(tokenizer):
    goldens = []
    for rows, length in BATCHES:
        encoded = [tokenizer(text, pair, truncation="longest_first") for text, pair in rows]
        length = length or max(len(row["input_ids"]) for row in encoded)
        padded = tokenizer.pad(encoded, padding="max_length", max_length=length)
        goldens.append(
            {
                "inputIds": padded["input_ids"],
                "attentionMask": padded["attention_mask"],
                "tokenTypeIds": padded["token_type_ids"],
            }
        )
    return goldens


def model_inputs(model, batch):
    inputs = {
        "input_ids": torch.tensor(batch["inputIds"]),
        "attention_mask": torch.tensor(batch["attentionMask"]),
    }
    if getattr(model.config, "type_vocab_size", 1) > 1:
        inputs["token_type_ids"] = torch.tensor(batch["tokenTypeIds"])
    return inputs


def logits_of(model, batch):
    with torch.no_grad():
        return model(**model_inputs(model, batch)).logits


# Training -----------------------------------------------------------------------------------------------


def adapted(base, lora, targets, head):
    """The base with LoRA; A and B drawn from a seed, B not zero, so that every gradient has something to show."""
    config = LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=lora["r"],
        lora_alpha=lora["alpha"],
        target_modules=targets,
        modules_to_save=head,
        layers_to_transform=lora.get("layers"),
        rank_pattern=lora.get("rankPattern", {}),
        alpha_pattern=lora.get("alphaPattern", {}),
        lora_dropout=0.0,
    )
    model = get_peft_model(base, config)
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                spread = 0.3 if "lora_A" in name else 0.15
                parameter.copy_(spread * torch.randn(parameter.shape, generator=generator))
    return model.eval()


def trained_parameters(model):
    return {
        name.replace(".default", "").replace(".modules_to_save", ""): parameter
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    }


def train(model, batches, optimizer, max_grad_norm):
    """Three steps; the tensors by prefixed name, and the loss and gradient norm of each step."""
    parameters = trained_parameters(model)
    tensors, steps = {}, []

    def record(prefix, of=lambda parameter: parameter):
        for name, parameter in parameters.items():
            tensors[f"{prefix}.{name}"] = of(parameter).detach().clone()

    if optimizer["kind"] == "adamw":
        stepper = torch.optim.AdamW(
            parameters.values(),
            lr=optimizer["lr"],
            betas=(optimizer["beta1"], optimizer["beta2"]),
            eps=optimizer["epsilon"],
            weight_decay=optimizer["weightDecay"],
        )
    else:
        stepper = torch.optim.SGD(
            parameters.values(), lr=optimizer["lr"], weight_decay=optimizer["weightDecay"]
        )
    record("before")
    for index, (batch, labels) in enumerate(STEPS):
        labels = [label % model.config.num_labels for label in labels]
        stepper.zero_grad()
        loss = model(**model_inputs(model, batches[batch]), labels=torch.tensor(labels)).loss
        loss.backward()
        if index == 0:
            record("grad", lambda parameter: parameter.grad)
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), max_grad_norm or float("inf"))
        stepper.step()
        steps.append({"batch": batch, "labels": labels, "loss": loss.item(), "gradientNorm": norm.item()})
        if index == 0:
            record("after1")
    record("after3")
    return tensors, steps


def training_goldens(folder, model_class, batches, head_tensors, targets, head, cases):
    goldens = []
    for case in cases:
        results = []
        for dtype in (torch.float64, torch.float32):
            base = model_class.from_pretrained(folder, dtype=torch.float32, num_labels=case["labels"])
            base.load_state_dict(head_tensors, strict=False)
            model = adapted(base, case["lora"], targets, head).to(dtype)
            results.append(train(model, batches, case["optimizer"], case["maxGradNorm"]))
        (tensors, steps), (tensors32, steps32) = results
        for name, tensor in tensors.items():
            drift = (tensor - tensors32[name]).abs().max().item()
            assert drift < 2e-6, (folder.name, case["name"], name, drift)
            tensors[name] = tensor.float().contiguous()
        if case["maxGradNorm"]:
            assert steps[0]["gradientNorm"] > case["maxGradNorm"], (folder.name, case["name"], "not clipped")
        file = f"golden-step-{case['name']}.safetensors"
        save_file(tensors, folder / file)
        goldens.append(
            {
                "name": case["name"],
                "file": file,
                "lora": case["lora"],
                "optimizer": case["optimizer"],
                "maxGradNorm": case["maxGradNorm"],
                "steps": steps,
            }
        )
    return goldens


# Folders ------------------------------------------------------------------------------------------------


def make(name, *, model, classifier, tokenizer, tokenizer_class, tokens, targets, head, labels, layer_path,
         dtype=torch.float32, shard=None, extra_cases=False, seed=0):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    transformers_tokenizer = save_tokenizer(folder, tokenizer, tokenizer_class, tokens)
    randomize(model, seed)
    model.to(dtype).save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))

    golden = {
        "versions": {
            module.__name__: module.__version__ for module in (torch, transformers, peft, tokenizers)
        },
        "labels": labels,
    }
    loaded = classifier.from_pretrained(folder, dtype=torch.float32, num_labels=labels).eval()
    head_tensors = {}
    if not hasattr(model, "classifier"):
        generator = torch.Generator().manual_seed(seed + 1)
        head_tensors = {
            key: 0.3 * torch.randn(parameter.shape, generator=generator)
            for key, parameter in loaded.state_dict().items()
            if key.split(".")[0] in head
        }
        save_file(head_tensors, folder / "golden-head.safetensors")
        golden["head"] = "golden-head.safetensors"
    loaded.load_state_dict(head_tensors, strict=False)

    golden["sentences"] = sentence_goldens(transformers_tokenizer)
    golden["batches"] = batch_goldens(transformers_tokenizer)
    logits = []
    for batch in golden["batches"]:
        float32 = logits_of(loaded.float(), batch)
        float64 = logits_of(loaded.double(), batch)
        assert (float64 - float32).abs().max() < 2e-6, name
        logits.append(float64)
        batch["logits"] = [[float(str(np.float32(value))) for value in row] for row in float64.tolist()]
    spread = torch.cat(logits).std(dim=0).min()
    assert spread > 0.05, (name, "rows hardly differ", spread)

    full = {"r": 4, "alpha": 8}
    patterns = [
        (f"{layer_path}.{block}.{path}", rank, alpha)
        for block, rank, alpha in [(0, 2, 3), (1, 4, 8), (2, 6, 24)]
        for path in targets_inside(loaded, layer_path, block, targets)
    ]
    ranks = {
        "r": 4,
        "alpha": 8,
        "rankPattern": {path: rank for path, rank, _ in patterns},
        "alphaPattern": {path: alpha for path, _, alpha in patterns},
    }
    cases = [
        {"name": "full", "lora": full, "optimizer": ADAMW, "maxGradNorm": 1.0},
        {"name": "depth2", "lora": {**full, "layers": [1, 2]}, "optimizer": ADAMW, "maxGradNorm": 1.0},
        {"name": "ranks", "lora": ranks, "optimizer": ADAMW, "maxGradNorm": 1.0},
    ]
    if extra_cases:
        cases += [
            {"name": "unclipped", "lora": full, "optimizer": ADAMW, "maxGradNorm": None},
            {"name": "sgd", "lora": full, "optimizer": SGD, "maxGradNorm": 1.0},
        ]
    cases = [{**case, "labels": labels} for case in cases]
    golden["training"] = training_goldens(
        folder, classifier, golden["batches"], head_tensors, targets, head, cases
    )
    write_golden(folder / "golden.json", golden)
    sizes = {file.name: file.stat().st_size for file in sorted(folder.iterdir())}
    assert max(sizes.values()) < 300_000, sizes
    print(name, sum(sizes.values()), "bytes", [step["gradientNorm"] for step in golden["training"][0]["steps"]])


def targets_inside(model, layer_path, block, targets):
    prefix = f"{layer_path}.{block}."
    return [
        module.removeprefix(prefix)
        for module, _ in model.named_modules()
        if module.startswith(prefix) and module.split(".")[-1] in targets
    ]


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_golden(path, golden):
    """One line per sentence, batch and case, so that a change shows which one changed."""
    members = []
    for key, value in golden.items():
        if isinstance(value, list):
            lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in value)
            members.append(f"{json.dumps(key)}: [\n{lines}\n]")
        else:
            members.append(f"{json.dumps(key)}: {json.dumps(value)}")
    path.write_text("{\n" + ",\n".join(members) + "\n}\n")


def main():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    bert_sizes = {**SIZES, "max_position_embeddings": MAX_LENGTH, "initializer_range": 0.2}

    tokenizer = word_piece(template=False)
    config = BertConfig(vocab_size=tokenizer.get_vocab_size(), num_labels=3, **bert_sizes)
    make(
        "bert",
        model=BertForSequenceClassification(config),
        classifier=BertForSequenceClassification,
        tokenizer=tokenizer,
        tokenizer_class="BertTokenizer",
        tokens=BERT_TOKENS,
        targets=["query", "value"],
        head=["classifier"],
        labels=3,
        layer_path="bert.encoder.layer",
        extra_cases=True,
        seed=1,
    )

    tokenizer = word_piece(template=True)
    config = BertConfig(vocab_size=tokenizer.get_vocab_size(), **bert_sizes)
    make(
        "bert-headless-f16",
        model=BertModel(config),
        classifier=BertForSequenceClassification,
        tokenizer=tokenizer,
        tokenizer_class="BertTokenizer",
        tokens=BERT_TOKENS,
        targets=["query", "value"],
        head=["classifier"],
        labels=2,
        layer_path="bert.encoder.layer",
        dtype=torch.float16,
        seed=2,
    )

    tokenizer = byte_level_bpe()
    config = RobertaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        num_labels=2,
        **{**bert_sizes, "max_position_embeddings": MAX_LENGTH + 2},  # positions start at padding id + 1
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
    )
    make(
        "roberta-sharded",
        model=RobertaForSequenceClassification(config),
        classifier=RobertaForSequenceClassification,
        tokenizer=tokenizer,
        tokenizer_class="RobertaTokenizer",
        tokens=ROBERTA_TOKENS,
        targets=["query", "value"],
        head=["classifier"],
        labels=2,
        layer_path="roberta.encoder.layer",
        shard="80KB",
        seed=3,
    )

    tokenizer = word_piece(template=False)
    config = DistilBertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        num_labels=3,
        dim=32,
        hidden_dim=64,
        n_layers=3,
        n_heads=4,
        max_position_embeddings=MAX_LENGTH,
        initializer_range=0.2,
    )
    make(
        "distilbert-bf16",
        model=DistilBertForSequenceClassification(config),
        classifier=DistilBertForSequenceClassification,
        tokenizer=tokenizer,
        tokenizer_class="DistilBertTokenizer",
        tokens=BERT_TOKENS,
        targets=["q_lin", "v_lin"],
        head=["pre_classifier", "classifier"],
        labels=3,
        layer_path="distilbert.transformer.layer",
        dtype=torch.bfloat16,
        seed=4,
    )


main()
