"""Hearts, chests, noise and the radar that looks at them."""

from radarkit.simulate.fmcw import DEFAULT_RADAR, MMECG_RADAR, simulate_capture
from radarkit.simulate.heart import Heart
from radarkit.simulate.impairments import Leakage, Mixers
from radarkit.simulate.multipath import Mirror
from radarkit.simulate.noise import AbruptNoise, ConstantNoise
from radarkit.simulate.recipe import Recipe
from radarkit.simulate.scene import REALISTIC, FrontEndConfig, Reflector
from radarkit.simulate.subject import Subject, draw_heart, draw_subject
from radarkit.simulate.trial import SimulatedTrial, simulate_trial

__all__ = [
    "DEFAULT_RADAR",
    "MMECG_RADAR",
    "REALISTIC",
    "AbruptNoise",
    "ConstantNoise",
    "FrontEndConfig",
    "Heart",
    "Leakage",
    "Mirror",
    "Mixers",
    "Recipe",
    "Reflector",
    "SimulatedTrial",
    "Subject",
    "draw_heart",
    "draw_subject",
    "simulate_capture",
    "simulate_trial",
]
