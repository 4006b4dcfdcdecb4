"""Random programs over the whole language, on every route, against CPython.

What is compared.  A seed makes a well-typed function of one to four parameters (all eleven dtypes, and Python scalars
as weak arguments), up to three results and up to two helpers.  The oracle is that function, called by CPython once per
element with NumPy scalars of the exact dtypes and Python scalars for weak arguments.  The compiled kernel, the
interpreter with and without the passes, their ufuncs on every memory layout, results stored over an operand and the
public call must give the same dtype and the same bits: any nan is any nan, and the sign of zero counts.

What is not compared, and why.  Elements for which CPython raises (the kernel gives NumPy's value, divergence 2), for
which a Python int leaves 64 bits (the kernel's wraps, divergence 1), or for which NumPy leaves the outcome open (which
of two zeros `np.minimum` picks, the sign of a nan read by `copysign` or `signbit`, divergence 6) are given up one by
one; the others of the same program count.  A fault that belongs to the whole call (a negative power of integers, a step
of zero) must raise in both.  Where paths of different types meet (divergence 5) the generator knows the joined type, by
NumPy's promotion, and the oracle's text has a conversion there; the kernel's text has none.  Transcendental functions
(divergence 3) and float powers appear in programs of their own, as the last operation, and count within some ULP.
`while` loops are short (divergence 4 is tested by hand, as is what raises on purpose).

Nothing here uses the compiler to find out what is right: types of operations come from running them on NumPy scalars.
Not covered: index symbols, DSL text, kernels as helpers, threads, `reduce` and the other methods of a ufunc.
"""
