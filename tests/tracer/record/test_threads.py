"""Traces in several threads, and beside threads that do other work."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from resnet_diagram.tracer import load_model, parse_input, trace
from tests.tracer.models import awkward

INPUT = [parse_input("4x32x32")]
EXAMPLE = "examples/resnet.py:resnet20"


def test_traces_in_several_threads_are_right() -> None:
    expected = trace(awkward.OptionA("slice, pad"), INPUT)
    call, stdout = nn.Module.__call__, sys.stdout
    with ThreadPoolExecutor(3) as pool:
        networks = list(
            pool.map(lambda model: trace(model, INPUT), [awkward.OptionA("slice, pad") for _ in range(12)])
        )
    assert networks == [expected] * 12
    assert nn.Module.__call__ is call
    assert sys.stdout is stdout
    assert torch.backends.mha.get_fastpath_enabled()


def test_work_of_other_threads_is_not_recorded() -> None:
    expected = trace(awkward.OptionA("slice, pad"), INPUT)
    stop = threading.Event()
    steps = []

    def train() -> None:
        model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3))
        while not stop.is_set():
            model(torch.ones(1, 3, 8, 8)).sum().backward()
            steps.append(1)

    thread = threading.Thread(target=train)
    thread.start()
    try:
        networks = [trace(awkward.OptionA("slice, pad"), INPUT) for _ in range(8)]
    finally:
        stop.set()
        thread.join()
    assert networks == [expected] * 8
    assert steps


def test_models_of_other_threads_get_their_weights_while_one_is_loaded() -> None:
    stop = threading.Event()
    sums: list[float] = []

    def build() -> None:
        while not stop.is_set():
            sums.append(float(nn.Linear(64, 64).weight.detach().abs().max()))

    thread = threading.Thread(target=build)
    thread.start()
    try:
        for _ in range(4):
            load_model(EXAMPLE)
    finally:
        stop.set()
        thread.join()
    assert sums
    assert all(0 < largest <= 0.125 for largest in sums)
