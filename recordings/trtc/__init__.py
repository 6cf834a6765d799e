"""The way to Tencent RTC: the only package that imports the vendor's SDK."""
