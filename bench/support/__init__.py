"""What benchmarks need in processes of their own: a Django app with jobs, a worker, a rival."""
