"""What a report says in words: what to be warned of, and what was repaired."""

from radarkit.extract.report import ExtractionReport

_MOST_STRETCHES = 3  # more are counted, not listed


def concerns(report: ExtractionReport) -> list[str]:
    """List what to know before using the motion: warnings and movements, one line each."""
    movements = _movements(report)
    return [*report.warnings, *([movements] if movements else [])]


def _movements(report: ExtractionReport) -> str | None:
    segments = report.motion_segments
    if not segments:
        return None
    stretches = [f"{one.start_s:.1f} to {one.stop_s:.1f} s" for one in segments[:_MOST_STRETCHES]]
    if len(segments) > _MOST_STRETCHES:
        stretches.append(f"and {len(segments) - _MOST_STRETCHES} times more")
    return (
        f"the body moved for {report.moved_s:.1f} s of {report.capture.duration_s:.1f} s "
        f"({', '.join(stretches)}): the heart is hidden there"
    )
