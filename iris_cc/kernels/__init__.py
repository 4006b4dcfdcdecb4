"""Kernels: a source, its specializations, the routes they take, and the state of one kernel between its calls.

    source -> specialization -> passes -> (C text -> build -> load) or (interpreter)

The only package that knows every stage.  It may not know how calls find a kernel: `api` gives it a face.
"""
