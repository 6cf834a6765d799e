"""Real pictures and tones, made by ffmpeg."""
