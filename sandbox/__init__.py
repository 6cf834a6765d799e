"""A local stand-in for Tencent's cloud: recordings of four families over HTTP, with knobs for harm."""
