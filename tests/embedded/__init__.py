"""The guard in an AWS on this machine, from `sam build` to the alert in an inbox.

`python -m tests.embedded` (or `make demo`) builds and deploys the real template with the real SAM CLI into an emulator
on loopback that enforces IAM, breaks functions as people do, and shows what the deployed guard made of it. Nothing
leaves the machine, and nothing is left on it.

Read `story.py` first, then `later.py`. `emulator.py`, `cloudtrail.py`, `stack.py` and `scene.py` make its stage;
`people.py` and `commands.py` act on it; `page.py` shows it. `runtime.py` runs the built package once more, under Lambda's
own runtime.
"""

import sys
from pathlib import Path

# For this program alone, and not by PYTHONPATH: what it starts, the guard above all, must run the package that was built.
sys.path.insert(0, str(Path(__file__).parents[2] / "src"))
