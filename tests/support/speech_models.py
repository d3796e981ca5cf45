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


HEARD = {10: "执", 14: "法", 20: "检", 24: "查"}
"""The sign that the model of SenseVoice's form writes at a frame of 60 ms, whatever it hears."""

_SENSE_TOKENS = ("<blank>", "<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>", *HEARD.values())
_FRAMES, _FEATURES = 1200, 560


def sense_voice(folder: Path) -> Path:
    """A model in the form of SenseVoice as sherpa-onnx takes it: it knows four signs and always writes them."""
    import numpy

    chances = numpy.zeros((1, _FRAMES, len(_SENSE_TOKENS)), dtype="<f4")
    written = {**{frame: frame + 1 for frame in range(4)}, **{4 + at: 5 + place for place, at in enumerate(HEARD)}}
    for frame in range(_FRAMES):
        chances[0, frame, written.get(frame, 0)] = 1.0
    settings = {"vocab_size": len(_SENSE_TOKENS), "lfr_window_size": 7, "lfr_window_shift": 6, "normalize_samples": 0}
    settings |= {"with_itn": 14, "without_itn": 15, "comment": "made up"}
    settings |= {f"lang_{name}": number for number, name in enumerate(("auto", "zh", "en", "yue", "ja", "ko"))}
    settings |= {"neg_mean": ",".join(["0"] * _FEATURES), "inv_stddev": ",".join(["1"] * _FEATURES)}
    folder.mkdir(parents=True)
    (folder / "model.int8.onnx").write_bytes(_onnx(chances, settings))
    numbered = (f"{token} {number}\n" for number, token in enumerate(_SENSE_TOKENS))
    (folder / "tokens.txt").write_text("".join(numbered), encoding="utf-8")
    return folder


def _onnx(chances: Any, settings: dict[str, Any]) -> bytes:
    """An ONNX model that gives these chances for whatever it is asked (onnx.proto, written by hand)."""
    tensor = b"".join(_number(1, size) for size in chances.shape) + _number(2, 1)
    tensor += _bytes(8, b"chances") + _bytes(9, chances.tobytes())
    node = _bytes(1, b"chances") + _bytes(2, b"logits") + _bytes(4, b"Identity")
    asked = (
        ("x", 1, ("n", "t", _FEATURES)),
        ("x_length", 6, ("n",)),
        ("language", 6, ("n",)),
        ("text_norm", 6, ("n",)),
    )
    graph = _bytes(1, node) + _bytes(2, b"made") + _bytes(5, tensor)
    graph += b"".join(_bytes(11, _value(*one)) for one in asked)
    graph += _bytes(12, _value("logits", 1, chances.shape))
    model = _number(1, 8) + _bytes(8, _bytes(1, b"") + _number(2, 13)) + _bytes(7, graph)
    return model + b"".join(
        _bytes(14, _bytes(1, name.encode()) + _bytes(2, str(value).encode())) for name, value in settings.items()
    )


def _value(name: str, kind: int, shape: tuple[str | int, ...]) -> bytes:
    sizes = (_number(1, size) if isinstance(size, int) else _bytes(2, size.encode()) for size in shape)
    tensor = _number(1, kind) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, tensor))


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value
