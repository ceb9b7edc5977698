"""The HDF5 data set, its windows, splits and loading."""
