"""A local server that speaks both providers' wire protocols, misbehaves on request and remembers all.

Written from the documented behaviour of ElevenLabs and Gemini; no part of the product imports it.
"""

from thoughtvoice.double.double import Double
from thoughtvoice.double.faults import Script
from thoughtvoice.double.state import Settings, violations

__all__ = ["Double", "Script", "Settings", "violations"]
