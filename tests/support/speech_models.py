"""Speech models of a few layers with made-up weights: real engines run them, and nothing sensible comes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SIZE = 16
"""Of a vector between layers."""

LANGUAGES = 99
WORDS, VOCABULARY = 50_257, 51_865
"""How many tokens are words, and how many there are in all: what makes a Whisper model a multilingual one."""


def tokens() -> list[str]:
    """The tokens in their order: made-up words of one sign each, then what steers the model, then times."""
    words = [chr(0x4E00 + number) if number < 20_000 else f"<w{number}>" for number in range(WORDS)]
    languages = ["en", "zh", *(f"x{number}" for number in range(LANGUAGES - 2))]
    steering = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{name}|>" for name in languages)]
    steering += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
    steering += ["<|notimestamps|>"]
    times = [f"<|{number / 50:.2f}|>" for number in range(VOCABULARY - WORDS - len(steering))]
    return [*words, *steering, *times]


def whisper(folder: Path, seed: int = 1) -> Path:
    """A Whisper model as faster-whisper takes it."""
    import numpy
    from ctranslate2.specs import whisper_spec

    chance = numpy.random.default_rng(seed)

    def made(*shape: int) -> Any:
        return chance.normal(0, 0.3, shape).astype("float32")

    def norm(spec: Any) -> None:
        spec.gamma, spec.beta = made(SIZE), made(SIZE)

    def linear(spec: Any, out: int, into: int) -> None:
        spec.weight, spec.bias = made(out, into), made(out)

    def layer(spec: Any, *, decoder: bool) -> None:
        norm(spec.self_attention.layer_norm)
        linear(spec.self_attention.linear[0], 3 * SIZE, SIZE)
        linear(spec.self_attention.linear[1], SIZE, SIZE)
        if decoder:
            norm(spec.attention.layer_norm)
            linear(spec.attention.linear[0], SIZE, SIZE)
            linear(spec.attention.linear[1], 2 * SIZE, SIZE)
            linear(spec.attention.linear[2], SIZE, SIZE)
        norm(spec.ffn.layer_norm)
        linear(spec.ffn.linear_0, 4 * SIZE, SIZE)
        linear(spec.ffn.linear_1, SIZE, 4 * SIZE)

    spec = whisper_spec.WhisperSpec(1, 2, 1, 2)
    for conv, into in ((spec.encoder.conv1, 80), (spec.encoder.conv2, SIZE)):
        conv.weight, conv.bias = made(SIZE, into, 3), made(SIZE)
    spec.encoder.position_encodings.encodings = made(1500, SIZE)
    spec.decoder.position_encodings.encodings = made(448, SIZE)
    norm(spec.encoder.layer_norm)
    norm(spec.decoder.layer_norm)
    layer(spec.encoder.layer[0], decoder=False)
    layer(spec.decoder.layer[0], decoder=True)
    spec.decoder.embeddings.weight = made(VOCABULARY, SIZE)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.register_vocabulary(tokens())
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.lang_ids = list(range(WORDS + 2, WORDS + 2 + LANGUAGES))
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    folder.mkdir(parents=True)
    spec.save(str(folder))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(), ensure_ascii=False), encoding="utf-8")
    return folder


def _tokenizer() -> dict[str, Any]:
    """Words one by one; whatever it does not know is the first of them."""
    known = tokens()
    model = {"type": "WordLevel", "vocab": {token: number for number, token in enumerate(known)}, "unk_token": known[0]}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": {"type": "Fuse"},
        "model": model,
    }
