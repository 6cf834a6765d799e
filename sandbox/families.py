"""Every family whose callbacks the sandbox sends."""

from collections.abc import Mapping

from sandbox.css.family import CSS
from sandbox.family import Family
from sandbox.gme.family import GME
from sandbox.tiw.family import TIW
from sandbox.trtc.family import TRTC

FAMILIES: Mapping[str, Family] = {family.name: family for family in (TRTC, TIW, GME, CSS)}
