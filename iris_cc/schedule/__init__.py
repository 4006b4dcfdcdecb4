"""From the function of one element to one of several elements in lanes: IR in, valid IR out.

It knows the IR and asks a `Machine`; text of any language is not here.
"""
