"""A local stand-in for Tencent's cloud: TRTC on-cloud recording over HTTP, with knobs for harm."""
