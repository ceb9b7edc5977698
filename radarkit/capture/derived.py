"""What follows from a radar configuration, as rows for people to read."""

from radarkit.capture.config import RadarConfig


def derived_rows(config: RadarConfig) -> dict[str, str]:
    """Describe a configuration and the physics that follows from it.

    Returns
    -------
    dict of str to str
        Quantities and their values with units, in the order of reading.
    """
    chirp, array = config.chirp, config.array
    end_hz = chirp.start_frequency_hz + config.bandwidth_hz
    transmitters, receivers = len(config.transmitters), array.rx
    return {
        "board": array.board or ("own array" if array.known else "unknown array"),
        "frequencies sampled": f"{chirp.start_frequency_hz / 1e9:.4f} to {end_hz / 1e9:.4f} GHz",
        "wavelength": f"{config.wavelength_m * 1e3:.4f} mm",
        "bandwidth": f"{config.bandwidth_hz / 1e6:.1f} MHz",
        "range bin": f"{config.range_bin_m * 1e2:.2f} cm",
        "maximum range": f"{config.max_range_m:.2f} m",
        "samples of a chirp": f"{chirp.samples} at {chirp.sample_rate_hz / 1e6:g} MHz",
        "chirps per frame": f"{config.chirps_per_frame} ({config.frame.loops} x "
        f"tx {' '.join(map(str, config.frame.tx_order))})",
        "chirp period": f"{config.chirp_period_s * 1e6:.2f} us",
        "frame rate": f"{config.frame_rate_hz:g} Hz",
        "virtual array": f"{transmitters} tx x {receivers} rx = {config.virtual_channels}",
        "receivers": " ".join(map(str, array.receiver_numbers)),
        "ADC layout": _layout(config),
        **_sizes(config),
    }


def _layout(config: RadarConfig) -> str:
    adc = config.adc
    if adc.axes is not None:
        return f"{adc.format}, NumPy array ({', '.join(adc.axes)}), {adc.bits} bits"
    order = f", {adc.iq_order}" if adc.format == "complex" else ""
    return f"{adc.format}{order}, {adc.lanes} lanes, {adc.bits} bits"


def _sizes(config: RadarConfig) -> dict[str, str]:
    rate_per_min = config.frame_rate_hz * 60
    if config.adc.axes is not None:  # bytes depend on the type of the array
        per_frame = config.chirps_per_frame * config.array.rx * config.chirp.samples
        what = "samples"
    else:
        per_frame, what = config.bytes_per_frame, "bytes"
    return {
        f"{what} per frame": f"{per_frame}",
        f"{what} per minute": f"{per_frame * rate_per_min:.0f}",
    }
