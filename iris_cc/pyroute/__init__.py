"""The Python route: the user's own function, element by element on NumPy scalars, behind a ufunc's call.

It is the law in its plainest form, used for functions outside the language.  It may not know the compiler.
"""

from iris_cc.pyroute.body import Body
from iris_cc.pyroute.elements import result_type
from iris_cc.pyroute.parameters import Default
from iris_cc.pyroute.ufunc import PythonUfunc

__all__ = ["Body", "Default", "PythonUfunc", "result_type"]
