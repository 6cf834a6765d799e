"""Tones as 16-bit PCM. Frequencies are whole, so every second of a chord sounds like every other."""

import array
import math
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache

SAMPLE_BYTES = 2
ONE_TONE = 4000  # of 32767
MOST = 28_000  # of all tones together

Run = tuple[tuple[int, ...], int]  # frequencies in Hz, how many samples


def write_pcm(runs: Sequence[Run], *, first_sample: int, rate: int) -> Iterator[bytes]:
    """Yield mono little-endian samples of chords that follow each other.

    Args:
        first_sample: Where on the time line the first run begins; it decides the phase and may be negative.
        rate: Samples per second.
    """
    position = first_sample
    for tones_hz, count in runs:
        second = _second(tones_hz, rate)
        end = position + count
        while position < end:
            offset = position % rate
            size = min(rate - offset, end - position)
            yield second[offset * SAMPLE_BYTES : (offset + size) * SAMPLE_BYTES]
            position += size


@lru_cache(maxsize=64)
def _second(tones_hz: tuple[int, ...], rate: int) -> bytes:
    loudness = min(ONE_TONE, MOST // max(len(tones_hz), 1))
    waves = [_wave(tone_hz, rate) for tone_hz in tones_hz]
    samples = array.array("h", (int(loudness * sum(levels)) for levels in zip(*waves, strict=True)))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes() if waves else bytes(rate * SAMPLE_BYTES)


@lru_cache(maxsize=64)
def _wave(tone_hz: int, rate: int) -> "array.array[float]":
    step = 2 * math.pi * tone_hz / rate
    return array.array("d", (math.sin(step * index) for index in range(rate)))
