"""PDF -> pages: what runs inside an isolated worker, and only there."""
