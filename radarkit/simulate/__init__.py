"""Hearts, chests, noise and the radar that looks at them."""

from radarkit.simulate.fmcw import DEFAULT_RADAR, MMECG_RADAR, simulate_capture
from radarkit.simulate.heart import Heart
from radarkit.simulate.noise import AbruptNoise, ConstantNoise
from radarkit.simulate.recipe import Recipe
from radarkit.simulate.scene import FrontEndConfig, Reflector
from radarkit.simulate.subject import Subject, draw_heart, draw_subject
from radarkit.simulate.trial import SimulatedTrial, simulate_trial

__all__ = [
    "DEFAULT_RADAR",
    "MMECG_RADAR",
    "AbruptNoise",
    "ConstantNoise",
    "FrontEndConfig",
    "Heart",
    "Recipe",
    "Reflector",
    "SimulatedTrial",
    "Subject",
    "draw_heart",
    "draw_subject",
    "simulate_capture",
    "simulate_trial",
]
