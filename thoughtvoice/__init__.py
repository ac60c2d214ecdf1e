import os

# Read by NumPy when it loads. Our arrays are small: a second BLAS thread only takes a core from another
# request (the path of a recording costs 451 ms of processor time with it, 322 without).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
