async def kernel(x):
    return x
