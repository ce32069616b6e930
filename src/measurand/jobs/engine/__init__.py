"""The only concurrency: examples in, outputs and ratings out, durable before they count."""
