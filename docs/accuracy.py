"""Error of the extracted displacement against the truth: the table and figure of extraction.md.

    python docs/accuracy.py

A chest moves as one before the MMECG radar (77 GHz, 3 x 4 antennas, 200 frames/s), 0.45 m away,
with 5 mm of breathing and 0.2 mm of heartbeat; static clutter is 20 dB above the chest.
"""

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radarkit.capture import ArrayConfig, RadarConfig, open_capture, write_dca1000
from radarkit.errors import UserError
from radarkit.extract import ExtractConfig, band_limit, extract
from radarkit.simulate.fmcw import MMECG_RADAR, simulate_capture
from radarkit.simulate.pulse import Pulse, draw_pulse
from radarkit.simulate.respiration import Respiration, breathing_motion, draw_breath
from radarkit.simulate.scene import FrontEndConfig, Reflector
from radarkit.style import DASHES, SERIES, legend_above, new_figure

SECONDS, RATE_HZ = 60, 200.0
SNR_DB = (-25, -20, -15, -10, -5, 0, 5, 10, 15, 20)
UNKNOWN = MMECG_RADAR.model_copy(update={"array": ArrayConfig(rx=4)})
CASES = {
    "antennas known, conventional": (MMECG_RADAR, ExtractConfig()),
    "antennas known, DACM": (MMECG_RADAR, ExtractConfig(phase="dacm")),
    "antennas known, Capon": (MMECG_RADAR, ExtractConfig(beamformer="capon")),
    "antennas unknown": (UNKNOWN, ExtractConfig()),
}


def truth_m() -> NDArray[np.float64]:
    """Breath and pulse of a chest that moves as one."""
    rng = np.random.default_rng(1)
    samples = round(SECONDS * RATE_HZ)
    beats_s = np.cumsum(rng.normal(0.85, 0.03, 90)) - 1
    breath = Respiration(rate_per_min=15, amplitude_m=2.5e-3)
    grid = (samples, RATE_HZ)
    pulse_m = draw_pulse(Pulse(height_m=0.2e-3), beats_s, np.ones(beats_s.size), grid, rng)
    return breathing_motion(breath, draw_breath(breath, *grid, rng)) + pulse_m


def scene(snr_db: float) -> FrontEndConfig:
    """Lay a person down, with an antenna that leaks and a mattress right behind the chest."""
    return FrontEndConfig(
        chest_range_m=0.45,
        chest_width_m=0.25,
        chest_height_m=0.25,
        snr_db=snr_db,
        clutter=(
            Reflector(range_m=0.06, level_db=17),
            Reflector(range_m=0.52, level_db=17, azimuth_deg=-20),
        ),
    )


def band(motion_m: NDArray[np.floating]) -> NDArray[np.float64]:
    """0.8 to 25 Hz, without the ends."""
    return band_limit(motion_m, RATE_HZ, 0.8, 25)[..., 200:-200]


def errors_um(path: Path, radar: RadarConfig, config: ExtractConfig, true_m: NDArray) -> NDArray:
    """Rms error of each point; infinite where no chest is found."""
    try:
        found = extract(open_capture(path, radar), config)
    except UserError:
        return np.full(config.channels, np.inf)
    return 1e6 * (band(found.displacement_m.astype(float)) - band(true_m)).std(axis=1)


def main() -> None:
    """Print the table and draw the figure."""
    true_m = truth_m()
    rows: dict[str, list[NDArray[np.float64]]] = {name: [] for name in CASES}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.bin"
        for snr_db in SNR_DB:
            rng = np.random.default_rng(2)
            moving = np.tile(true_m, (50, 1))
            blocks = simulate_capture(moving, RATE_HZ, MMECG_RADAR, scene(snr_db), rng)
            write_dca1000(path, blocks, MMECG_RADAR, force=True)
            for name, (radar, config) in CASES.items():
                rows[name].append(errors_um(path, radar, config, true_m))
    print(f"| median (worst) of 50 points, um | {' | '.join(f'{x} dB' for x in SNR_DB)} |")
    print(f"|---{'|---' * len(SNR_DB)}|")
    for name, errors in rows.items():
        cells = (f"{np.median(each):.1f} ({each.max():.1f})" for each in errors)
        print(f"| {name} | {' | '.join(cells)} |")
    figure, (axes,) = new_figure(1, 3.6)
    for (name, errors), color, dash in zip(rows.items(), SERIES, DASHES, strict=False):
        axes.plot(SNR_DB, [np.median(e) for e in errors], color=color, linestyle=dash, label=name)
        if name.endswith("conventional"):
            low, high = zip(*(np.percentile(e, (5, 95)) for e in errors), strict=True)
            axes.fill_between(SNR_DB, low, high, color=color, alpha=0.15, linewidth=0)
    axes.set(
        yscale="log",
        xlabel="chest over noise in each ADC sample (dB)",
        ylabel="error of displacement (µm rms)",
    )
    legend_above(axes)
    figure.savefig(Path(__file__).with_name("accuracy.png"), dpi=150)


if __name__ == "__main__":
    main()
