"""`python -m iris_cc` is `iris-cc`."""

import sys

from iris_cc.cli import main

sys.exit(main())
