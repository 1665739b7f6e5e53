// libFuzzer brings the `main`, and calls what EntryPoints.swift has.
typedef int nothing_else;
