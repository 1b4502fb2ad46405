"""What Fleet costs, in ratios inside one run. `python -m benchmarks` prints one line each."""
