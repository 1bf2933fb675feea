"""What is timed: every benchmark module has a `main()` that returns a `benchmarks._report.Report`."""
