"""Whole days of many applications in virtual time: our real code on a real PostgreSQL, a simulated vendor and clock.

    python -m tests.sim --applications 20 --recordings 20 --seed 1

`scheduler` plays actors one at a time, `clock` is the time that Python and PostgreSQL both believe in, `vendor` and
`life` are Tencent, `callbacks` its deliveries, `callers` the backends that start and stop, `engine` the workers.
`faults` says what goes wrong, `audit` what must never be, `bugs` plants bugs that must be caught.
"""
