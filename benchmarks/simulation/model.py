"""The model: workers that take cases in one after the other, locks of ledgers, a store, a network, audits.

A worker is one process bound to one processor. It works, takes its turns at the lock of its ledger, writes to the
store, and reads back from it; what another holds it waits for. Everything is a queue in the order of asking. Times are
seconds, sizes bytes. The same seed gives the same run to the last digit.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import simpy

CHUNK = 64 << 20
"""Bytes that one turn at a node of the store moves; of what is large a sixteenth, so that runs end."""
_TURNS = 16

_LOOKS = tuple(each / 1000 for each in (1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 22))
"""Seconds between two looks at SQLite's lock (`sqliteDefaultBusyCallback` in its main.c), which the catalogue lets it
take for a quarter of a second at a time (`busy_timeout` in engines/sqlite.py)."""

_Steps = Generator[simpy.Event, Any, None]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a case costs on one processor: seconds to start a process, a case, a file and a byte of it.

    A case takes `turns` at the lock and holds it `held` seconds in all, with `held_file` for each file beyond
    `base_files`; the share `held_working` of that is processor time, the rest waits for a disc. Outside the lock it
    waits `disc` seconds for one, with `disc_file` for each file more; and `start_disc` to start a process. Work takes
    `beside` times as long while another processor of the machine works too: memory and caches are one.
    """

    start: float
    case: float
    file: float
    byte: float
    turns: int
    held: float
    held_file: float
    held_working: float
    disc: float = 0.0
    disc_file: float = 0.0
    base_files: int = 20
    start_disc: float = 0.0
    beside: float = 1.0

    def outside(self, files: int, size: int) -> float:
        """Processor seconds of a case that are not under the lock."""
        whole = self.case + (files - self.base_files) * self.file + size * self.byte
        return max(0.0, whole - self.held_working * self.under_lock(files))

    def on_disc(self, files: int) -> float:
        """Seconds that a case waits for a disc outside the lock."""
        return max(0.0, self.disc + (files - self.base_files) * self.disc_file)

    def under_lock(self, files: int) -> float:
        """Seconds for which a case holds the lock."""
        return max(0.0, self.held + (files - self.base_files) * self.held_file)


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it comes: files and bytes; `transcoding` processor seconds; bytes that are stored of it besides."""

    files: int
    size: int
    transcoding: float = 0.0
    made: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """What works: workers (a processor each) on machines with a link, `nodes` of a store and what each moves a second.

    `copies` are written by the store of each byte. `speed`: what others leave of each of `processors`, where workers
    share them; 0 processors: each worker has its own. `ledgers`: each bureau has one. `held_share`: what is
    left of the time under the lock. `audited`: bytes a second that audits must read. `processes`: cases that one
    process takes in before the next is started. Without a `shared_home` each worker has a catalogue of its own.
    `polled`: the lock is SQLite's, which nobody hands over: who waits looks again after a while. Else it goes to who
    came first.
    """

    workers: int
    nodes: int = 0
    node_speed: float = 250e6
    copies: int = 1
    link: float = 1.25e9
    workers_a_machine: int = 16
    processors: int = 0
    speed: float = 1.0
    ledgers: int = 1
    held_share: float = 1.0
    audited: float = 0.0
    processes: int = 1
    shared_home: bool = True
    polled: bool = False


@dataclass
class Outcome:
    """What came of a run: cases done, bytes taken in, how long it took, and how full each part was (0–1)."""

    cases: int = 0
    bytes: int = 0
    seconds: float = 0.0
    full: dict[str, float] = field(default_factory=dict)
    waited: float = 0.0
    longest_wait: float = 0.0
    audited: float = 1.0

    @property
    def a_day(self) -> float:
        """Cases a day at this pace."""
        return self.cases / self.seconds * 86_400 if self.seconds else 0.0

    @property
    def first(self) -> str:
        """The part that is fullest: what gives way first."""
        return max(self.full, key=lambda name: self.full[name]) if self.full else ""


class Core:
    """A processor, or what others leave of it, that divides itself equally among those who work on it.

    While one of `others` works too, it is slower by the factor `beside`.
    """

    def __init__(self, env: simpy.Environment, speed: float, beside: float = 1.0) -> None:
        self._env, self._speed, self._beside = env, speed, beside
        self.others: list[Core] = []
        self._left: dict[simpy.Event, float] = {}
        self._since, self._turn = env.now, 0

    def work(self, seconds: float) -> simpy.Event:
        """An event at the end of so much work."""
        done = self._env.event()
        with self._changing():
            self._left[done] = seconds
        return done

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """What is left changes, here and, where this one begins or ends to work, how fast others are."""
        busy = bool(self._left)
        for one in (self, *self.others):
            one._advance()
        yield
        for one in (self, *(self.others if busy != bool(self._left) else ())):
            one._plan()

    def _pace(self) -> float:
        slowed = self._beside if any(one._left for one in self.others) else 1.0
        return self._speed / len(self._left) / slowed

    def _advance(self) -> None:
        if self._left:
            gone = (self._env.now - self._since) * self._pace()
            for one in self._left:
                self._left[one] -= gone
        self._since = self._env.now

    def _plan(self) -> None:
        self._turn += 1
        if self._left:
            least = max(0.0, min(self._left.values())) / self._pace()
            self._env.process(self._after(least, self._turn))

    def _after(self, seconds: float, turn: int) -> _Steps:
        yield self._env.timeout(seconds)
        if turn != self._turn:
            return
        with self._changing():
            for done in [one for one, left in self._left.items() if left <= 1e-9]:
                del self._left[done]
                done.succeed()


class _Run:
    def __init__(self, site: Site, costs: Costs, case: Case, seed: int) -> None:
        self.env = simpy.Environment()
        self.site, self.costs, self.case = site, costs, case
        self.chance = random.Random(seed)
        self.locks = [simpy.Resource(self.env) for _ in range(site.ledgers)]
        self.store = simpy.Resource(self.env, max(1, site.nodes))
        self.links = [simpy.Resource(self.env) for _ in range(-(-site.workers // site.workers_a_machine))]
        self.cores = [Core(self.env, site.speed, costs.beside) for _ in range(site.processors)]
        for core in self.cores:
            core.others = [one for one in self.cores if one is not core]
        self.busy = {"workers": 0.0, "lock": 0.0, "store": 0.0, "network": 0.0}
        self.outcome = Outcome()
        self.read = 0.0

    def work(self, worker: int, seconds: float) -> simpy.Event:
        if self.cores:
            return self.cores[worker % len(self.cores)].work(seconds)
        if self.site.workers > 1:  # a machine of such a site has no processor that rests
            seconds *= self.costs.beside
        self.busy["workers"] += seconds
        return self.env.timeout(seconds)

    def worker(self, number: int, cases: int | None) -> _Steps:
        done, size = 0, self.case.size
        if not self.cores:  # else all begin together, as the measured ones do
            yield self.env.timeout(self.chance.random() * self.one_case())
        while cases is None or done < cases:
            if self.site.processes and done % self.site.processes == 0:
                yield self.work(number, self.costs.start)
                yield self.env.timeout(self.costs.start_disc)
            outside = self.costs.outside(self.case.files, size) + self.case.transcoding
            parts = [self.chance.random() for _ in range(self.costs.turns + 1)]
            disc = self.costs.on_disc(self.case.files)
            for part in parts[:-1]:
                yield self.work(number, outside * part / sum(parts))
                yield self.env.timeout(disc / self.costs.turns)
                yield from self.turn(number)
            yield self.work(number, outside * parts[-1] / sum(parts))
            if self.site.nodes:
                yield from self.move(number, (size + self.case.made) * self.site.copies, network=size + self.case.made)
                yield from self.move(number, size + self.case.made, network=size + self.case.made)
            done += 1
            self.outcome.cases += 1
            self.outcome.bytes += size

    def one_case(self) -> float:
        return self.costs.start + self.costs.outside(self.case.files, self.case.size) + self.case.transcoding

    def turn(self, number: int) -> _Steps:
        asked = self.env.now
        ledger = number % self.site.ledgers if self.site.shared_home else 0
        holding = self.costs.under_lock(self.case.files) * self.site.held_share / self.costs.turns
        if not self.site.shared_home:
            yield from self.hold(number, holding)
            return
        looks = cycle(_LOOKS)
        while self.site.polled and self.locks[ledger].count:
            yield self.env.timeout(next(looks))
        with self.locks[ledger].request() as mine:
            yield mine
            waited = self.env.now - asked
            self.outcome.waited += waited
            self.outcome.longest_wait = max(self.outcome.longest_wait, waited)
            self.busy["lock"] += holding / self.site.ledgers
            yield from self.hold(number, holding)

    def hold(self, number: int, holding: float) -> _Steps:
        yield self.work(number, holding * self.costs.held_working)
        yield self.env.timeout(holding * (1 - self.costs.held_working))

    def move(self, number: int, size: float, *, network: float) -> _Steps:
        """Bytes through the machine's link and to or from the store, a chunk at a time."""
        chunks = min(_TURNS, max(1, round(size / CHUNK)))
        link = self.links[number // self.site.workers_a_machine]
        for _ in range(chunks):
            with link.request() as mine:
                yield mine
                seconds = network / chunks / self.site.link
                self.busy["network"] += seconds / len(self.links)
                yield self.env.timeout(seconds)
            with self.store.request() as mine:
                yield mine
                seconds = size / chunks / self.site.node_speed
                self.busy["store"] += seconds / self.site.nodes
                yield self.env.timeout(seconds)


def take_in(site: Site, costs: Costs, case: Case, *, each: int, seed: int = 1) -> Outcome:
    """Let each worker take in so many cases, and no more: how long it takes until the last is done."""
    run = _Run(site, costs, case, seed)
    workers = [run.env.process(run.worker(number, each)) for number in range(site.workers)]
    run.env.run(simpy.AllOf(run.env, workers))
    return _told(run, run.env.now)


def keep_busy(site: Site, costs: Costs, case: Case, *, seconds: float, seed: int = 1) -> Outcome:
    """Let workers that never lack a case work for so long; the first fifth is not counted."""
    run = _Run(site, costs, case, seed)
    for number in range(site.workers):
        run.env.process(run.worker(number, None))
    readers = 0
    if site.audited and site.nodes:
        # One reader reads a chunk at a time: as many as it takes, if the store let them.
        readers = max(1, -(-int(site.audited) // int(site.node_speed / 2)))
        for _ in range(readers):
            run.env.process(_Reader(run, site.audited / readers).steps())
    run.env.run(until=seconds / 5)
    run.outcome, run.read = Outcome(), 0.0
    run.busy = dict.fromkeys(run.busy, 0.0)
    run.env.run(until=seconds)
    outcome = _told(run, seconds * 4 / 5)
    if readers:
        outcome.audited = min(1.0, run.read / (site.audited * outcome.seconds))
    return outcome


class _Reader:
    """A part of the audit."""

    def __init__(self, run: _Run, speed: float) -> None:
        self._run, self._pause = run, CHUNK / speed

    def steps(self) -> _Steps:
        run = self._run
        yield run.env.timeout(run.chance.random() * self._pause)
        while True:
            begun = run.env.now
            with run.store.request() as mine:
                yield mine
                seconds = CHUNK / run.site.node_speed
                run.busy["store"] += seconds / run.site.nodes
                yield run.env.timeout(seconds)
            run.read += CHUNK
            yield run.env.timeout(max(0.0, self._pause - (run.env.now - begun)))


def _told(run: _Run, seconds: float) -> Outcome:
    outcome = run.outcome
    outcome.seconds = seconds
    run.busy["workers"] /= run.site.workers
    outcome.full = {name: busy / seconds for name, busy in run.busy.items() if busy} if seconds else {}
    return outcome
