"""Which model there is, what of its words is believed, and which of them are worth listening to."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused
from preserve.machine_reading.records import Engine, Heard, Word, line_of, records_of
from preserve.machine_reading.speech import Piece, believed, preamble_words, ratio_of, second_of, speech_model
from preserve.machine_reading.speech_profile import speech_profile

PROFILE = speech_profile(None)
WANTED = PROFILE.transcripts
ENGINE = Engine(tool="engine 1", model="m", digest="0" * 64)


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return path


def test_a_whisper_model_is_known_by_its_files(tmp_path: Path) -> None:
    model = speech_model(folder(tmp_path / "base", model__bin="1", config__json="{}", tokenizer__json="{}"))
    assert (model.kind, model.name, model.package) == ("whisper", "base", "faster_whisper")
    assert len(model.digest) == 64 and model.size == 5


def test_one_without_its_tokenizer_is_refused_because_the_engine_would_ask_for_it(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        speech_model(folder(tmp_path / "base", model__bin="1", config__json="{}"))
    assert refused.value.code == "reading.speech-model-none"


def test_models_of_sherpa_are_told_apart_by_what_they_may_write(tmp_path: Path) -> None:
    sense = folder(tmp_path / "a", **{"model.int8.onnx": "1", "tokens.txt": "<unk> 0\n<|zh|> 1\n"})
    other = folder(tmp_path / "b", **{"model.int8.onnx": "1", "tokens.txt": "<blank> 0\n你 1\n"})
    three = {"encoder-epoch-1.onnx": "1", "decoder-epoch-1.onnx": "1", "joiner-epoch-1.onnx": "1", "tokens.txt": "a 0"}
    assert speech_model(sense).kind == "sense-voice"
    assert speech_model(other).kind == "paraformer"
    assert speech_model(folder(tmp_path / "c", **three)).kind == "transducer"


def test_another_byte_is_another_model(tmp_path: Path) -> None:
    place = folder(tmp_path / "base", model__bin="1", config__json="{}", tokenizer__json="{}")
    before = speech_model(place).digest
    assert speech_model(place, before.upper()).digest == before
    (place / "model.bin").write_text("23", encoding="utf-8")
    assert speech_model(place).digest != before
    with pytest.raises(Refused) as refused:
        speech_model(place, before)
    assert refused.value.code == "reading.speech-model-differs"


def test_no_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        speech_model(tmp_path / "nothing")
    assert refused.value.code == "reading.speech-model-missing"


def piece(text: str, start: float = 0.0, **doubts: float) -> Piece:
    """A piece whose signs take a fifth of a second each."""
    words = tuple(
        Word(text=sign, start=start + number / 5, end=start + number / 5 + 0.2) for number, sign in enumerate(text)
    )
    return Piece(start, start + len(text) / 5, text, words, **doubts)


def test_what_was_spoken_is_believed() -> None:
    kept = believed(piece("现在开始执法", logprob=-0.3), [(0.0, 2.0)], WANTED)
    assert kept is not None and (kept[0], kept[2], len(kept[1])) == ("现在开始执法", "", 6)


def test_a_sentence_over_and_over_is_not() -> None:
    looped = piece("现在开始执法记录，" * 12)
    assert ratio_of(looped.text) > WANTED.repeated
    assert believed(looped, [(0.0, 100.0)], WANTED) == ("", (), "repeated")


@pytest.mark.parametrize(("doubts", "why"), [({"logprob": -1.4}, "unsure"), ({"no_speech": 0.9}, "no-speech")])
def test_what_the_engine_itself_doubts_is_not(doubts: dict[str, float], why: str) -> None:
    assert believed(piece("今天是三月", **doubts), [(0.0, 100.0)], WANTED) == ("", (), why)


def test_no_word_is_kept_where_nobody_speaks() -> None:
    kept = believed(piece("今天是三月"), [(0.0, 0.45)], WANTED)
    assert kept is not None
    text, words, doubt = kept
    assert len(words) == len(text) < 5 and text == "今天是三月"[: len(text)] and not doubt
    assert believed(piece("今天是三月", start=50), [(0.0, 2.0)], WANTED) is None
    assert believed(Piece(50.0, 52.0, "今天是三月"), [(0.0, 2.0)], WANTED) is None


def heard(text: str, start: float = 0.0) -> Heard:
    one = piece(text, start)
    return Heard(file="a.mp4", engine=ENGINE, start=one.start, end=one.end, text=text, words=one.words, until=120)


def test_words_of_the_preamble_come_with_their_second() -> None:
    said = "今天是2026年3月14日，我是市文化局执法人员，本次执法全程录音录像。"
    found = list(preamble_words([heard(said, 2.0)], PROFILE.preamble.words))
    assert [word.element for word in found] == ["time", "officers", "notice"]
    assert found[0].at == 2.0 and found[0].text == "今天是"
    assert found[2].at == pytest.approx(2.0 + said.index("全程") / 5)


def test_small_talk_has_none() -> None:
    assert list(preamble_words([heard("下午吃什么，走一小时就到了，你先坐。")], PROFILE.preamble.words)) == []


def test_without_times_of_words_the_stretch_tells_the_second() -> None:
    one = Heard(file="a", engine=ENGINE, start=31.0, end=40.0, text="本次执法全程录音录像")
    assert second_of(one, 4) == 31.0
    assert [word.at for word in preamble_words([one], PROFILE.preamble.words)] == [31.0]


def test_a_leading_space_does_not_move_the_second() -> None:
    words = (Word(text=" 我们", start=1, end=2), Word(text="开始", start=3, end=4))
    one = Heard(file="a", engine=ENGINE, start=1, end=4, text="我们开始", words=words)
    assert second_of(one, 0) == 1 and second_of(one, 2) == 3


def test_a_piece_that_was_doubted_is_written_and_read_again() -> None:
    one = Heard(file="a", engine=ENGINE, start=1, end=4, text="", doubt="repeated", until=120)
    assert list(records_of([line_of(one)], "here")) == [one]
