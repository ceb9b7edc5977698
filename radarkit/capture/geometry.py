"""Whether a capture has the shape that its configuration says.

A wrong number of samples or receivers, wrong lanes or real samples taken for complex ones leave no
trace in the size of a file. Two things betray them.

- Most of what a radar sees stands still, so that the stream of samples repeats from loop to loop: a
  loop holds ``transmitters * receivers * samples`` of them. Linear prediction from the samples
  before (its coefficients solve the Yule-Walker equations) takes away the beats, which make any
  stream look alike at many lags; the autocorrelation of what it cannot predict, the innovation,
  peaks at the loop and its multiples alone.
- A chirp begins anew where the one before ends. No prediction knows how, so that the innovation
  jumps at the first sample of each chirp, and nowhere else.

Only what is found speaks: where nothing repeats, as in noise or where all that is seen moves, there
is no verdict.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft, ifft
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from radarkit.capture.capture import Samples
from radarkit.capture.config import RadarConfig

_RUN_SAMPLES = 2**16  # of a run of consecutive frames
_LONGEST_RUN = 2**19
_RUNS = 6  # the first frame of a run comes at four times the end of the one before
_LOOPS = 8  # a run of fewer does not tell
_ORDER = 8  # of the prediction; a chirp must be several times as long
_LEAST_REPEAT = 0.2  # autocorrelation; noise of a run reaches 0.02
_ALIKE = 0.95  # of two lags at which the same is repeated
_SAME = 0.985  # of a shorter lag at which the same is repeated too
_MUCH_LESS = 0.7  # of two lags at which the same is not
_FIRST = 3  # samples of a chirp in which its beginning shows
_JUMP = 1.0  # least rise of the logarithmic innovation, e-fold
_JUMP_SPREADS = 3.0  # and so many times the spread of what lies within chirps


class GeometryMeter:
    """Looks at some runs of consecutive frames.

    Parameters
    ----------
    config : RadarConfig
        How the capture is said to have been recorded.
    """

    def __init__(self, config: RadarConfig) -> None:
        _, _, rx, samples = config.frame_shape
        self._lanes = rx if config.adc.lanes == 4 and config.adc.axes is None else 1
        self._samples = samples
        self._receivers = rx // self._lanes
        # chirps of a loop in each of the streams: all receivers, or one where lanes interleave
        self._chirps = _period(config.frame.tx_order) * self._receivers
        self._loop = self._chirps * samples
        self._config = config
        per_frame = int(np.prod(config.frame_shape))
        wanted = min(max(_RUN_SAMPLES, _LOOPS * self._loop * self._lanes), _LONGEST_RUN)
        self._run_frames = -(-wanted // per_frame)
        self._frames = 0
        self._next = 0
        self._run: list[NDArray[Any]] = []
        self._runs = 0
        self._repeat = np.zeros(0)
        self._innovation = np.zeros((self._chirps, samples))

    def add(self, block: Samples) -> None:
        """Look at the next frames, all of them valid: (frame, loop, tx, rx, sample)."""
        at = max(self._next - self._frames, 0)
        if self._runs < _RUNS and at < len(block):
            missing = self._run_frames - sum(map(len, self._run))
            self._run.append(block[at : at + missing].copy())
            self._next = self._frames + at + len(self._run[-1])
            if len(self._run[-1]) == missing:
                self._finish()
                self._next *= 4
        self._frames += len(block)

    def skip(self, frames: int) -> None:
        """Leave out frames that are not valid; a run does not go on behind them."""
        self._frames += frames
        self._run = []
        self._next = max(self._next, self._frames)

    @property
    def verdict(self) -> str | None:
        """What the shape seems to be instead; None where nothing speaks against the given one."""
        if self._runs == 0 and self._run:  # a short capture
            self._finish()
        if self._runs == 0 or self._repeat.size <= self._loop:
            return None
        return self._wrong_loop() or self._wrong_chirps_per_loop() or self._wrong_chirp()

    @property
    def repeats(self) -> float:
        """Autocorrelation of the innovation at the length of a loop, 0 to 1."""
        found = self._repeat[self._loop] / self._runs if self._repeat.size > self._loop else 0.0
        return float(found)

    def _finish(self) -> None:
        """Take the innovation of a run into account."""
        run = np.concatenate(self._run)
        self._run = []
        frames = len(run)
        if self._lanes > 1:  # receivers side by side
            run = np.moveaxis(run, 3, 0)
        stream = run.reshape(self._lanes, -1)
        stream = stream - stream.mean()
        loops = stream.shape[1] // self._loop
        if self._samples < 4 * _ORDER or loops < _LOOPS or frames == 0 or not stream.any():
            return
        innovation = _innovation(stream)
        repeat = _autocorrelation(innovation, max(3 * self._loop, stream.shape[1] // 3))
        if self._repeat.size == 0:
            self._repeat = np.zeros(repeat.size)
        kept = min(repeat.size, self._repeat.size)
        self._repeat = self._repeat[:kept] + repeat[:kept]
        power = np.abs(innovation[:, : loops * self._loop]) ** 2
        level = np.log(power + 1e-6 * power.mean()).reshape(-1, self._chirps, self._samples)
        self._innovation += level[1:].mean(axis=0)
        self._runs += 1

    def _wrong_loop(self) -> str | None:
        repeat = self._repeat / self._runs
        found = repeat[4 * _ORDER :]
        elsewhere = repeat.copy()
        elsewhere[: 4 * _ORDER] = 0
        # the receivers of one loop may be more alike than two loops, between which all has moved
        elsewhere[self._samples : self._loop : self._samples] = 0
        highest = float(elsewhere.max())
        if highest < _LEAST_REPEAT or repeat[self._loop] > _MUCH_LESS * highest:
            return None
        lag = 4 * _ORDER + int(np.argmax(found >= _ALIKE * highest))
        places = len(self._config.frame.tx_order)
        return (
            f"the capture repeats every {lag} samples, not every {self._loop} as {places} "
            f"transmitters x {self._receivers} receivers x {self._samples} samples would"
        )

    def _wrong_chirps_per_loop(self) -> str | None:
        repeat = self._repeat / self._runs
        whole = float(repeat[self._loop])
        if whole < _LEAST_REPEAT:
            return None
        every = repeat[self._samples : self._loop + 1 : self._samples]  # after 1, 2, ... chirps
        for shorter in range(2, self._chirps):
            # transmitters may look alike: the offsets of the receivers repeat with each of them
            if self._chirps % shorter or shorter % self._receivers == 0:
                continue
            if every[shorter - 1] < _SAME * whole:
                continue
            others = np.delete(every, np.arange(shorter - 1, self._chirps, shorter))
            if others.max() < whole / 2:
                return f"the {self._chirps} chirps of a loop repeat after {shorter}"
        return None

    def _wrong_chirp(self) -> str | None:
        if self.repeats < _LEAST_REPEAT or self._samples < 6 * _ORDER:
            return None
        level = self._innovation / self._runs
        within = level[:, _ORDER:]
        rest = float(np.median(within))
        spread = 1.4826 * float(np.median(np.abs(within - rest)))
        least = max(_JUMP, _JUMP_SPREADS * spread)
        begins = level[:, :_FIRST].max(axis=1) - rest
        mean = level.mean(axis=0)
        inside = mean[_ORDER:] - np.median(mean[_ORDER:])
        inner_spread = 1.4826 * float(np.median(np.abs(inside)))
        jump = int(inside.argmax())
        least_inside = max(0.5 * begins.mean(), _JUMP, _JUMP_SPREADS * inner_spread)
        if inside[jump] > least_inside and self._could_begin(_ORDER + jump):
            return f"a chirp seems to begin at sample {_ORDER + jump} of every chirp"
        for times in range(2, self._chirps // 2 + 1):
            # what seems one chirp may be a beat that happens to go on from receiver to receiver
            if self._chirps % times or times % self._receivers == 0:
                continue
            true = begins[::times]
            false = begins[np.arange(self._chirps) % times > 0]
            if true.min() > least and false.max() < 0.5 * true.min():
                return f"chirps seem to be {times * self._samples} samples long"
        return None

    def _could_begin(self, at: int) -> bool:
        """Whether a half, third or quarter of a chirp ends there: whole loops fit, parts must."""
        ends = [self._samples * part / parts for parts in (2, 3, 4) for part in range(1, parts)]
        return any(end <= at < end + _FIRST for end in ends)


def _innovation(stream: NDArray[Any]) -> NDArray[Any]:
    """Take away what a linear prediction from the samples before knows: (lane, sample)."""
    power = _autocorrelation(stream, _ORDER + 1, normalised=False)
    power[0] *= 1 + 1e-6  # a pure tone alone leaves the equations singular
    weights = solve_toeplitz((power[:_ORDER], power[:_ORDER].conj()), power[1:])
    return np.asarray(lfilter(np.concatenate([[1.0], -weights]), [1.0], stream, axis=-1))


def _autocorrelation(stream: NDArray[Any], lags: int, *, normalised: bool = True) -> NDArray[Any]:
    """Mean over the lanes; normalised: its real part over that at lag 0, unbiased."""
    samples = stream.shape[-1]
    power = (np.abs(fft(stream, 2 * samples, axis=-1)) ** 2).mean(axis=0)
    found = np.asarray(ifft(power)[: min(lags, samples - 1)])
    if not normalised:
        return found if np.iscomplexobj(stream) else found.real
    return np.asarray(found.real / found[0].real * samples / (samples - np.arange(found.size)))


def _period(tx_order: tuple[int, ...]) -> int:
    """Places after which the order of the transmitters repeats."""
    places = len(tx_order)
    return next(
        n
        for n in range(1, places + 1)
        if places % n == 0 and tx_order[:n] * (places // n) == tx_order
    )
